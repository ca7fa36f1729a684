import { OperatorLog } from '../../src/status/operator-log.ts';
import { FakeClock } from './fake-clock.ts';
import { LogDouble } from './log-double.ts';

const FORMAT = { pixelFormat: 'gray16be', widthPx: 1_920, heightPx: 1_080, sizeBytes: 4_147_200 };

/** What the operator is told, on a clock that a test turns. */
export function operatorLog() {
  const log = new LogDouble();
  const clock = new FakeClock();
  const operator = new OperatorLog(log, clock, {
    redis: 'Redis at box:6379',
    stream: 'imagestream',
    key: 'pixels',
    format: FORMAT,
    destination: 'srt://video:9000',
    idleTimeoutMs: 5_000,
  });
  return { log, clock, operator };
}
