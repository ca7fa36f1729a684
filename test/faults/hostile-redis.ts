import { join } from 'node:path';
import { Child } from '../support/child.ts';

/** What the server answers with once, in place of a frame. */
export type Fault =
  | { readonly kind: 'fields' | 'value'; readonly amount: number }
  /** This, as it stands. */
  | { readonly kind: 'raw'; readonly answer: string };

/** A server that gives frames as Redis does, 24 a second, and in their midst something that Redis would never say. */
export class HostileRedis implements AsyncDisposable {
  private constructor(
    readonly child: Child,
    readonly port: number,
  ) {}

  /** @param frames after how many frames the fault comes */
  static async start(fault: Fault, frames = 24): Promise<HostileRedis> {
    const amount = fault.kind === 'raw' ? fault.answer : `${fault.amount}`;
    const program = join(import.meta.dir, 'hostile-server.ts');
    const child = new Child([process.execPath, program, fault.kind, amount, `${frames}`]);
    const line = await child.line(/listening/);
    return new HostileRedis(child, Number(line.split(' ').at(-1)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}
