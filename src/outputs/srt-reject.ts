import type { Failure, FailureCode } from '../base/failure.ts';

/** Where the operator sets what the server has to accept. */
const SETTING = 'COSMOS_VIDEO_DESTINATION';
/** From here on codes are the server's own (docs/features/access-control.md of libsrt). */
const [FIRST_SERVER_CODE, FIRST_USER_CODE] = [1000, 2000];

const NO_ANSWER = 'no SRT listener answers at the destination (is it running, and the UDP port open?)';
const OTHER_MODE = `the server sends in another way: check transtype, messageapi and smoother in ${SETTING}`;
const STREAMID = `check streamid in ${SETTING}`;

/**
 * What libsrt gives as the reason of a connection that has not come about, and what an operator can do. Up to 17 from
 * srtcore/srt.h (SRT_REJECT_REASON), from 1000 on from srtcore/access_control.h.
 */
const REJECTIONS: Readonly<Record<number, readonly [code: FailureCode, text: string]>> = {
  1: [
    'link-other',
    'the system refuses what the connection needs: is there memory, and are there descriptors?',
  ],
  2: [
    'link-rejected',
    'the server rejects the connection and does not say why: is the streamid right, and not in use by another publisher?',
  ],
  3: ['link-rejected', 'the server has no room for another connection'],
  4: [
    'link-rejected',
    `what answers at the destination does not speak SRT as we do: check the port in ${SETTING}`,
  ],
  5: ['link-rejected', 'the server takes no more connections: too many wait to be let in'],
  8: ['link-rejected', `the server's version of SRT is too old, or minversion in ${SETTING} too new`],
  10: ['link-passphrase-refused', `the receiver refuses the passphrase: check it in ${SETTING}`],
  11: [
    'link-passphrase-mismatch',
    'the receiver asks for a passphrase, or expects none: both sides must agree',
  ],
  12: ['link-rejected', OTHER_MODE],
  13: ['link-rejected', OTHER_MODE],
  14: ['link-rejected', 'the server asks for a packet filter, which is not supported'],
  15: ['link-rejected', 'the server asks for several links at once, which is not supported'],
  16: ['link-no-answer', NO_ANSWER],
  17: [
    'link-passphrase-mismatch',
    `the receiver encrypts in another way: its kind of encryption must be AES-CTR, and check pbkeylen in ${SETTING}`,
  ],
  1400: ['link-rejected', `the server does not understand the streamid: ${STREAMID}`],
  1401: [
    'link-not-allowed',
    `the server does not let us in: check user and password in the streamid in ${SETTING}`,
  ],
  1402: ['link-rejected', 'the server has too much to do, or its credits are used up'],
  1403: ['link-not-allowed', `the server does not allow us to publish that stream: ${STREAMID}`],
  1404: ['link-no-such-stream', `the server knows no such stream: ${STREAMID}`],
  1405: [
    'link-not-allowed',
    `the server does not allow publishing by that streamid: check its m= in ${SETTING}`,
  ],
  1406: ['link-rejected', `the server cannot do what the streamid asks for: ${STREAMID}`],
  1409: [
    'link-taken',
    'the server has another publisher on that stream: end that one, or wait until the server has given it up',
  ],
  1423: ['link-taken', 'the server has locked that stream: end whoever uses it'],
  1500: ['link-rejected', 'the server has a fault of its own: look into its log'],
  1502: ['link-rejected', 'the server passes the stream on, and is itself rejected there'],
  1503: ['link-rejected', 'the server is out of service'],
  1505: ['link-rejected', 'the server does not support our version of SRT'],
  1507: ['link-rejected', 'the server has no room left to store the stream'],
};

/** A connection that has not come about, by libsrt's reason for it. */
export function rejection(reason: number): Failure {
  const [code, text] = REJECTIONS[reason] ?? ['link-rejected', unknownReason(reason)];
  const isAnswer = reason >= FIRST_SERVER_CODE && REJECTIONS[reason] !== undefined;
  return { code, text: isAnswer ? `${text} (it answered ${reason})` : text };
}

/** Nothing at all has come back. */
export const noAnswer: Failure = { code: 'link-no-answer', text: NO_ANSWER };

/** What it means that the other side has closed the link right after it was made; any other failure as it is. */
export function closedAtOnce(failure: Failure): Failure {
  if (failure.code !== 'link-closed') return failure;
  return {
    code: 'link-closed-at-once',
    text: 'it answers but closes the stream at once: wrong streamid, or another publisher has it',
  };
}

function unknownReason(reason: number): string {
  if (reason < FIRST_SERVER_CODE) return `the connection did not come about (libsrt's reason ${reason})`;
  const whose = reason < FIRST_USER_CODE ? 'with the code' : 'with a code of its own,';
  return `the server rejects the connection ${whose} ${reason}: look into its log, and ${STREAMID}`;
}
