import { readFileSync } from 'node:fs';
import { PACKET_BYTES } from '../../../src/mpegts/packet.ts';
import { SegmentFolder } from '../../../src/outputs/recorder/segment-folder.ts';

/**
 * Records one video over and over until it is killed, a segment each time, and says `safe PATH BYTES` once that is on the disk:
 * `bun endless-recorder.ts FOLDER VIDEO PACKETS_A_WRITE`.
 */
const [folder = '', video = '', packetsAWrite = ''] = process.argv.slice(2);
const bytes = readFileSync(video);
const pieceBytes = Number(packetsAWrite) * PACKET_BYTES;
const segments = new SegmentFolder({ folder, instance: 'imagestream', wallMs: Date.now });

process.stdout.write(`recovered ${await segments.recover()}\n`);
for (;;) {
  const segment = await segments.begin(Date.now());
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    await segment.write(bytes.subarray(offset, offset + pieceBytes));
    await segment.sync();
    process.stdout.write(`safe ${segment.path} ${segment.sizeBytes}\n`);
  }
  await segment.finish();
}
