import { AUDIO_TRACKS, RECORD_WHENS } from './config.ts';
import { destinationsSchema } from './destinations.ts';
import type { Section } from './setting.ts';
import { folderSchema, oneOf, secondsAsMs, sizeSchema, wholeNumber } from './text-schemas.ts';

/** The settings of what is kept on a disk, a part of `SETTINGS`. */
export const RECORD_SETTINGS = {
  folder: {
    variable: 'COSMOS_VIDEO_RECORD',
    flags: ['--record'],
    group: 'Recording',
    // One who puts an address here must not find its passphrase in the journal.
    isAddress: true,
    placeholder: 'FOLDER',
    help: 'folder in which the video is kept, in segments; no destination is needed then',
    schema: folderSchema,
  },
  when: {
    variable: 'COSMOS_VIDEO_RECORD_WHEN',
    flags: ['--record-when'],
    group: 'Recording',
    defaultText: 'always',
    placeholder: 'WHEN',
    help: 'always, or outage: only while no destination gets the video, from the keyframe before that on',
    schema: oneOf(RECORD_WHENS),
  },
  segmentMs: {
    variable: 'COSMOS_VIDEO_RECORD_SEGMENT',
    flags: ['--record-segment'],
    group: 'Recording',
    defaultText: '60',
    placeholder: 'SECONDS',
    help: 'how long a segment is, 1 to 3600; it ends at the next keyframe',
    schema: secondsAsMs(1, 3600),
  },
  quotaBytes: {
    variable: 'COSMOS_VIDEO_RECORD_QUOTA',
    flags: ['--record-quota'],
    group: 'Recording',
    placeholder: 'BYTES',
    help: 'the most that all segments take, from 1M on: 500M, 20G or 1T; the oldest go first; 5 % of the disk, at most 500 MB, stay free in any case',
    schema: sizeSchema,
  },
} as const satisfies Section;

/** The settings of where the video goes, a part of `SETTINGS`. */
export const OUTPUT_SETTINGS = {
  destinations: {
    variable: 'COSMOS_VIDEO_DESTINATION',
    flags: ['--destination'],
    group: 'Destination',
    requiredUnless: RECORD_SETTINGS.folder,
    isAddress: true,
    placeholder: 'URL',
    help: 'where the video goes, one or more with spaces between: srt://HOST:PORT, another address that ffmpeg can write MPEG-TS to, or a file path (a second file begins with / or ./); in streamid and passphrase + is a space, %26 an &, %25 a %; needed unless COSMOS_VIDEO_RECORD is set',
    schema: destinationsSchema,
  },
  srtLatencyMs: {
    variable: 'COSMOS_VIDEO_SRT_LATENCY',
    flags: ['--srt-latency'],
    group: 'Destination',
    placeholder: 'MS',
    help: 'latency of SRT in milliseconds, 0 to 60000, unless the address has one (there in microseconds)',
    schema: wholeNumber(0, 60_000, 'milliseconds'),
  },
  audio: {
    variable: 'COSMOS_VIDEO_AUDIO',
    flags: ['--audio'],
    group: 'Destination',
    defaultText: 'none',
    placeholder: 'AUDIO',
    help: 'sound beside the video: none, or silent: a silent AAC track',
    schema: oneOf(AUDIO_TRACKS),
  },
} as const satisfies Section;
