import { join } from 'node:path';
import { Child } from '../support/child.ts';

/** What the server answers with in place of a frame. */
export type Fault =
  | { readonly kind: 'fields' | 'value'; readonly amount: number }
  /** These, one after the other, as they stand. */
  | { readonly kind: 'raw'; readonly answers: readonly string[] };

/** A server that gives frames as Redis does, 24 a second, and in their midst something that Redis would never say. */
export class HostileRedis implements AsyncDisposable {
  private constructor(
    readonly child: Child,
    readonly port: number,
  ) {}

  /** @param frames how many answers there are from one fault to the next, itself included */
  static async start(fault: Fault, frames = 24): Promise<HostileRedis> {
    const amount = fault.kind === 'raw' ? JSON.stringify(fault.answers) : `${fault.amount}`;
    const program = join(import.meta.dir, 'hostile-server.ts');
    const child = new Child([process.execPath, program, fault.kind, amount, `${frames}`]);
    const line = await child.line(/listening/);
    return new HostileRedis(child, Number(line.split(' ').at(-1)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}
