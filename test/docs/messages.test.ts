import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileFailure, recordingFailure } from '../../src/outputs/file-failure.ts';
import { rejection } from '../../src/outputs/srt-reject.ts';
import { udpFailure } from '../../src/outputs/udp-failure.ts';
import { documentAt, matches, ROOT, rowsOf } from './documents.ts';
import {
  isPutTogether,
  likeMessage,
  likeMessages,
  messagesOf,
  piecesOf,
  withoutNumbers,
} from './messages.ts';

/** In the lists of messages, but not ours: the runtime's word for a certificate. */
const OF_OTHERS = ['self signed certificate'];

const log = documentAt('docs/log.md').text;
const rows = rowsOf(documentAt('docs/faults.md').text);

test('every message in the tables of what happens when is one of the program', () => {
  const words = wordsOfSources('src', 'systemd');
  const quotes = rows.flatMap(([, journal = '']) => matches(/`([^`]+)`/g, journal));
  expect(quotes.length).toBeGreaterThan(30);
  expect(quotes.filter((quote) => !likeMessage(quote).test(words))).toEqual([]);
});

test('every fault in them has all of its cells, and stands there once', () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([]);
  const faults = rows.map(([fault]) => fault);
  expect(faults.filter((fault, index) => faults.indexOf(fault) !== index)).toEqual([]);
});

test('every message in the lists of what the log says is one of the program', () => {
  const pieces = piecesOf(wordsOfSources('src', 'systemd'));
  const messages = messagesOf(log.slice(log.indexOf('\n## Information\n')));
  expect(messages.length).toBeGreaterThan(80);
  expect(messages.filter((message) => !isPutTogether(message, pieces))).toEqual(OF_OTHERS);
});

test('every failure of an output stands in them', () => {
  const listed = likeMessages(messagesOf(log.slice(log.indexOf('\n### The video\n'))));
  const texts = [...srtTexts(), ...fileTexts(), ...udpTexts()];
  expect(texts.length).toBeGreaterThan(45);
  const isListed = (text: string) => listed.some((message) => message.test(withoutNumbers(text)));
  expect(texts.filter((text) => !isListed(text))).toEqual([]);
});

test('no message stands twice in the lists, so that there is one place to look', () => {
  const messages = messagesOf(log.slice(log.indexOf('\n## Information\n')));
  expect(messages.filter((message, index) => messages.indexOf(message) !== index)).toEqual([]);
});

test('a message with one word that is not the program’s is noticed', () => {
  const pieces = piecesOf("const a = `${name} cannot be run: ${reason}; install it`; const b = 'ffmpeg';");
  const wrong = [
    'ffmpeg cannot be started: 3; install it',
    'ffmpeg cannot be run',
    '… be ran: …; install it',
  ];
  expect(wrong.filter((message) => isPutTogether(message, pieces))).toEqual([]);
  const right = ['ffmpeg cannot be run: 3; install it', 'ffmpeg cannot be run…', '… run: …; install it'];
  expect(right.filter((message) => !isPutTogether(message, pieces))).toEqual([]);
});

/** Of the reasons that libsrt or a server may give; from 2000 on they are a server's own. */
function srtTexts(): string[] {
  const reasons = Array.from({ length: 2_001 }, (_, reason) => reason);
  return [...new Set(reasons.map((reason) => rejection(reason).text))];
}

/** Words of ours for what the system says of files. */
function fileTexts(): string[] {
  const errors = Object.keys(constants.errno).map((code) => Object.assign(new Error(code), { code }));
  const texts = errors.flatMap((error) => [fileFailure(error).text, recordingFailure(error).text]);
  return [...new Set(texts)].filter((text) => !Object.hasOwn(constants.errno, text));
}

function udpTexts(): string[] {
  const settings = {
    host: 'h',
    port: 1,
    datagramBytes: 9000,
    multicastTtl: 16,
    localPort: 5000,
    localAddress: '10.0.0.1',
    isBroadcast: false,
    isConnected: false,
  };
  return [...new Set(Object.values(constants.errno).map((error) => udpFailure(error, settings).text))];
}

/** All that is written in these folders, comments apart; a text that is put together of several lines stands on one. */
function wordsOfSources(...folders: string[]): string {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const text = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
  return text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '').replaceAll(/['`] \+\s*['`]/g, '');
}
