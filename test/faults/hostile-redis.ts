import { join } from 'node:path';
import { Child } from '../support/child.ts';

/** What the server answers with in place of a frame. */
export type Fault =
  | { readonly kind: 'fields' | 'value'; readonly amount: number }
  /** These, one after the other, as they stand. */
  | { readonly kind: 'raw'; readonly answers: readonly string[] }
  /** This, and from then on to each XREAD, after which the connection is closed. */
  | { readonly kind: 'always'; readonly answer: string };

/** A server that gives frames as Redis does, 24 a second, and in their midst something that Redis would never say, once or for ever. */
export class HostileRedis implements AsyncDisposable {
  private constructor(
    readonly child: Child,
    readonly port: number,
  ) {}

  /** @param frames how many answers there are from one fault to the next, itself included */
  static async start(fault: Fault, frames = 24): Promise<HostileRedis> {
    const amount = amountOf(fault);
    const program = join(import.meta.dir, 'hostile-server.ts');
    const child = new Child([process.execPath, program, fault.kind, amount, `${frames}`]);
    const line = await child.line(/listening/);
    return new HostileRedis(child, Number(line.split(' ').at(-1)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}

/** As the server takes it in its arguments. */
function amountOf(fault: Fault): string {
  if (fault.kind === 'raw') return JSON.stringify(fault.answers);
  return fault.kind === 'always' ? fault.answer : `${fault.amount}`;
}
