import { ConnectionError, messageOf } from '../base/errors.ts';
import type { ReplyReader } from './reply-reader.ts';
import type { SmallReply } from './stream-connection.ts';

/** Ids and numbers are far shorter. */
const LONGEST_SHORT_STRING_BYTES = 64;
const STRING_MARK = '$'.charCodeAt(0);
/** What a reply that is read whole may have at the most: more is none of those that are asked for. */
const DEEPEST_LIST = 4;
const MOST_VALUES = 4_096;
const MOST_VALUE_BYTES = 65_536;

/** How much of its limits a reply has used up. */
interface Usage {
  values: number;
  bytes: number;
}

/**
 * The parts of replies in RESP2 (redis.io/docs/latest/develop/reference/protocol-spec). Everything rejects with a
 * `ConnectionError` where something else comes, or nothing in time; the connection is out of step then.
 */
export class RespReader {
  constructor(private readonly bytes: ReplyReader) {}

  /** The rest of a line that has to begin with `mark`; an error reply is thrown as what Redis says. */
  async line(mark: string): Promise<string> {
    const line = await this.bytes.line();
    if (line.startsWith('-')) throw new ConnectionError(line.slice(1));
    if (!line.startsWith(mark)) throw unknownForm(line);
    return line.slice(1);
  }

  /** The number of elements; -1 for none at all. */
  array(): number | Promise<number> {
    return this.#count('*');
  }

  /** The head of a list, which must have so many elements. */
  async arrayOf(count: number): Promise<void> {
    const found = await this.array();
    if (found !== count) throw unexpectedParts(found, count);
  }

  /** Whether the list has the one element that was asked for, or none; any more would be out of step. */
  async oneOrNone(): Promise<boolean> {
    const found = await this.array();
    if (found > 1) throw unexpectedParts(found, 1);
    return found === 1;
  }

  /** The size of a string, which comes next. None can be nil here, which has no line break behind it either. */
  async stringSize(): Promise<number> {
    const sizeBytes = await this.#count('$');
    if (sizeBytes < 0) throw new ConnectionError('it answers with nothing where there must be a string');
    return sizeBytes;
  }

  /** Reads one string away. */
  skipString(): Promise<void> {
    return this.skipStrings(1);
  }

  /** Reads so many strings away; no promise is made for what has come already. */
  async skipStrings(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      const sizeBytes = this.bytes.bufferedCount(STRING_MARK) ?? (await this.stringSize());
      const skipping = this.bytes.skip(sizeBytes + 2);
      if (skipping) await skipping;
    }
  }

  /** A string of at most 64 bytes. */
  async shortString(): Promise<string> {
    const sizeBytes = await this.stringSize();
    if (sizeBytes > LONGEST_SHORT_STRING_BYTES) {
      throw new ConnectionError(`it answers with ${sizeBytes} bytes where there must be a number`);
    }
    return this.bytes.text(sizeBytes);
  }

  /** A short string that is a number. */
  async number(): Promise<bigint> {
    const text = await this.shortString();
    return understood(() => BigInt(text));
  }

  /**
   * A whole reply of any form, for commands whose replies are small: up to 64 KiB in 4096 values, lists in lists up to
   * four deep. What has more values or bytes is read away, and an error in its place; a refusal is an error, too. Behind
   * either the connection is in step.
   */
  async reply(): Promise<SmallReply> {
    const line = await this.bytes.line();
    if (line.startsWith('-')) return { error: line.slice(1) };
    const usage = { values: 0, bytes: 0 };
    const value = await this.#valueOf(line, 1, usage);
    return isTooLarge(usage) ? { error: 'the answer is longer than anybody can want' } : value;
  }

  /** @param line what the value begins with, which is all of it for those of one line */
  async #valueOf(line: string, depth: number, usage: Usage): Promise<SmallReply> {
    usage.values += 1;
    usage.bytes += line.length;
    const rest = line.slice(1);
    switch (line.charAt(0)) {
      case '+':
        return rest;
      case ':':
        return integer(rest);
      case '$':
        return this.#wholeString(countOf(rest), usage);
      case '*':
        return this.#wholeList(countOf(rest), depth, usage);
      default:
        throw unknownForm(line);
    }
  }

  async #wholeString(sizeBytes: number, usage: Usage): Promise<string | undefined> {
    if (sizeBytes < 0) return undefined;
    usage.bytes += sizeBytes;
    if (!isTooLarge(usage)) return this.bytes.text(sizeBytes);
    await this.bytes.skip(sizeBytes + 2);
    return undefined;
  }

  async #wholeList(count: number, depth: number, usage: Usage): Promise<readonly SmallReply[] | undefined> {
    if (count < 0) return undefined;
    if (depth > DEEPEST_LIST) throw new ConnectionError('it answers with lists in lists without end');
    const values: SmallReply[] = [];
    for (let left = count; left > 0; left -= 1) {
      const value = await this.#valueOf(await this.bytes.line(), depth + 1, usage);
      if (!isTooLarge(usage)) values.push(value);
    }
    return values;
  }

  /** The number behind `mark`; -1 for nil. */
  #count(mark: '*' | '$'): number | Promise<number> {
    return this.bytes.bufferedCount(mark.charCodeAt(0)) ?? this.#countOfLine(mark);
  }

  async #countOfLine(mark: '*' | '$'): Promise<number> {
    if (!this.bytes.hasUnread) {
      await this.bytes.more();
      return this.#count(mark);
    }
    return countOf(await this.line(mark));
  }
}

/** What cannot be read is no fault of the program, but a connection that is out of step. */
export function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConnectionError(`its answer cannot be understood: ${messageOf(error)}`, { cause: error });
  }
}

function unexpectedParts(found: number, wanted: number): ConnectionError {
  return new ConnectionError(`it answers with ${found} parts where there must be ${wanted}`);
}

function unknownForm(line: string): ConnectionError {
  return new ConnectionError(`it answers in a form that is not known: ${line.slice(0, 40)}`);
}

function countOf(text: string): number {
  if (!/^(-1|\d{1,10})$/.test(text))
    throw new ConnectionError(`it answers with a size that is none: ${text.slice(0, 40)}`);
  return Number(text);
}

function integer(text: string): bigint {
  if (!/^-?\d{1,20}$/.test(text))
    throw new ConnectionError(`it answers with a number that is none: ${text.slice(0, 40)}`);
  return BigInt(text);
}

function isTooLarge({ values, bytes }: Usage): boolean {
  return values > MOST_VALUES || bytes > MOST_VALUE_BYTES;
}
