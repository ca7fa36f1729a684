import type { SmallReply, StreamConnection } from './stream-connection.ts';

/** A consumer group that nobody reads from: Redis counts for it how many entries were added behind its start. */
export const COUNTING_GROUP = 'cosmos-video-builder';
/** Where the group stands: behind every entry that can be, so that none that is deleted or trimmed lies in its way. */
const HIGHEST_ID = '18446744073709551615-18446744073709551615';
/** XGROUP, XINFO and XLEN of a stream that is not there. */
const NO_SUCH_KEY = /no such key|requires the key to exist/;
/** Redis 6 does not know ENTRIESREAD. */
const NO_ENTRIESREAD = /syntax error|wrong number of arguments/;
const BEFORE_VERSION_7 = 'this Redis does not count entries: version 7 or later does';
/** Somebody else made the group in the same moment. */
const GROUP_EXISTS = /^BUSYGROUP/;

/** The side of a connection that is needed here. */
type Asked = Pick<StreamConnection, 'ask'>;

/** What Redis counts of the stream at one moment, without touching a frame. */
export interface EntryCount {
  /** Entries that are in the stream now. */
  readonly length: number;
  /**
   * Entries ever added; undefined where Redis cannot tell: for want of rights, before version 7, and for a while after an
   * entry was deleted by its id.
   */
  readonly added: number | undefined;
  /** The group was not there yet: nobody has counted this stream before, or somebody else has taken the group away. */
  readonly isGroupNew: boolean;
}

/**
 * Asks Redis how many entries were ever added to the stream. XINFO STREAM would tell it, too, but it copies the first and
 * the last frame (48 ms for 1920x1080 in 16 bits, in which Redis answers nobody). The lag of a consumer group is the same
 * number, in 15 µs, where the group has read none and stands at the highest id there is (Redis 7 and 8, Valkey 8,
 * `streamReplyWithCGLag` in t_stream.c; at the lowest id Redis 8 takes trimmed entries for read). Only of an empty stream
 * Redis 8 says 0. The group is made where it is missing. One counter for each connection: what was refused once is not
 * asked again on it.
 */
export class EntryCounter {
  #refusal: string | undefined;
  #isLengthRefused = false;
  #isGroupNew = false;

  constructor(private readonly stream: string) {}

  /** Why what is added cannot be counted, in Redis's words; undefined while it can. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Rejects with a `SourceError` if the connection is lost; undefined where Redis says nothing at all. */
  async count(connection: Asked): Promise<EntryCount | undefined> {
    this.#isGroupNew = false;
    if (this.#isLengthRefused) return undefined;
    const added = this.#refusal === undefined ? await this.#added(connection) : undefined;
    const length = await connection.ask(['XLEN', this.stream]);
    if (typeof length !== 'bigint') {
      this.#refusal ??= problemOf(length);
      this.#isLengthRefused = true;
      return undefined;
    }
    return { length: Number(length), added, isGroupNew: this.#isGroupNew };
  }

  async #added(connection: Asked): Promise<number | undefined> {
    const groups = await connection.ask(['XINFO', 'GROUPS', this.stream]);
    const group = groupIn(groups);
    if (group) return this.#lagOf(group);
    const problem = problemOf(groups) ?? (await this.#makeGroup(connection));
    if (problem === undefined)
      return this.#lagOf(groupIn(await connection.ask(['XINFO', 'GROUPS', this.stream])));
    if (NO_SUCH_KEY.test(problem)) return 0;
    this.#refusal = problem;
    return undefined;
  }

  /** @returns why it cannot be made */
  async #makeGroup(connection: Asked): Promise<string | undefined> {
    // Whoever may not ask for the length, cannot count, and leaves no group behind.
    const lengthProblem = problemOf(await connection.ask(['XLEN', this.stream]));
    if (lengthProblem !== undefined) return lengthProblem;
    const words = ['XGROUP', 'CREATE', this.stream, COUNTING_GROUP, HIGHEST_ID, 'ENTRIESREAD', '0'];
    const problem = problemOf(await connection.ask(words));
    this.#isGroupNew = problem === undefined;
    if (problem === undefined || GROUP_EXISTS.test(problem)) return undefined;
    return NO_ENTRIESREAD.test(problem) ? BEFORE_VERSION_7 : problem;
  }

  #lagOf(group: ReadonlyMap<string, SmallReply> | undefined): number | undefined {
    if (!group) return undefined;
    // Nil while an entry that was deleted lies between the others; no lag at all before Redis 7.
    if (!group.has('lag')) this.#refusal = BEFORE_VERSION_7;
    const lag = group.get('lag');
    return typeof lag === 'bigint' ? Number(lag) : undefined;
  }
}

/** Takes the group away again. Never rejects because Redis refuses; a `SourceError` if the connection is lost. */
export async function removeCountingGroup(connection: Asked, stream: string): Promise<void> {
  await connection.ask(['XGROUP', 'DESTROY', stream, COUNTING_GROUP]);
}

/** What XINFO GROUPS says of our group: a list of groups, each of which is names and values in turn. */
function groupIn(reply: SmallReply): ReadonlyMap<string, SmallReply> | undefined {
  if (!isList(reply)) return undefined;
  return reply
    .filter(isList)
    .map(fieldsOf)
    .find((group) => group.get('name') === COUNTING_GROUP);
}

function fieldsOf(list: readonly SmallReply[]): ReadonlyMap<string, SmallReply> {
  const fields = new Map<string, SmallReply>();
  for (let index = 0; index + 1 < list.length; index += 2) {
    const name = list[index];
    if (typeof name === 'string') fields.set(name, list[index + 1]);
  }
  return fields;
}

function problemOf(reply: SmallReply): string | undefined {
  return typeof reply === 'object' && 'error' in reply ? reply.error : undefined;
}

function isList(reply: SmallReply): reply is readonly SmallReply[] {
  return Array.isArray(reply);
}
