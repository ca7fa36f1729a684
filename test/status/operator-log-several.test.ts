import { describe, expect, test } from 'bun:test';
import { OperatorStage, SETTINGS } from '../support/operator-log.ts';

const STREAMING = { kind: 'streaming' } as const;
const SRT = 'srt://video:9000';
const SPARE = 'srt://spare:9000';
const FILE = '/data/out.ts';

/** A service with three destinations. */
function withThree(): OperatorStage {
  return new OperatorStage({ destinations: [SRT, SPARE, FILE] });
}

/** A session in which they all stream, of which nothing that was said is looked at. */
function streaming(): OperatorStage {
  const stage = withThree();
  stage.state({ kind: 'starting' });
  for (const output of [SRT, SPARE, FILE]) stage.output(STREAMING, output);
  stage.state(STREAMING);
  stage.log.take();
  return stage;
}

describe('several destinations', () => {
  test('are opened together, and each says itself that it streams', () => {
    const stage = withThree();
    stage.state({ kind: 'starting' });
    stage.output(STREAMING, FILE);
    stage.output({ kind: 'settling' }, SRT);
    stage.output({ kind: 'connecting' }, SPARE);
    stage.state(STREAMING);
    stage.output(STREAMING, SRT);
    stage.outputFails('refused', SPARE);
    expect(stage.log.take()).toEqual([
      `info: a frame is there: opening ${SRT}, ${SPARE} and ${FILE}`,
      `info: streaming to ${FILE}`,
      `info: streaming to ${SRT}`,
      `error: the stream to ${SPARE} failed: refused; trying again in 0.5 s`,
    ]);
  });

  test('fail together where ffmpeg does', () => {
    const stage = new OperatorStage({ destinations: [SRT, SPARE] });
    stage.fails('killed');
    expect(stage.log.take()).toEqual([
      `error: the stream to ${SRT} and ${SPARE} failed: killed; trying again in 0.5 s`,
    ]);
  });

  test('have each their own outage, also where both fail for the same reason', () => {
    const stage = streaming();
    for (const output of [SRT, SPARE, SRT, SPARE]) stage.outputFails('no answer', output);
    stage.output(STREAMING, SPARE);
    const said = stage.log.take().filter((line) => !line.startsWith('debug: '));
    expect(said).toEqual([
      `error: the stream to ${SRT} failed: no answer; trying again in 0.5 s`,
      `error: the stream to ${SPARE} failed: no answer; trying again in 0.5 s`,
      `info: streaming to ${SPARE} (failed attempts not told of: 1)`,
    ]);
  });

  test('may be files that are there, each of which is named by what it goes to instead', () => {
    const stage = new OperatorStage({ destinations: ['a.ts', 'b.ts'] });
    stage.on({ kind: 'output', output: 'b.ts', shown: 'b-2.ts' });
    stage.on({ kind: 'output', output: 'a.ts', shown: 'a.ts' });
    stage.on({ kind: 'output', output: 'b.ts', shown: 'b-2.ts' });
    stage.state({ kind: 'starting' });
    stage.output(STREAMING, 'b.ts');
    stage.state(STREAMING);
    expect(stage.log.take()).toEqual([
      'info: b.ts exists already: this stream goes to b-2.ts',
      'info: a frame is there: opening a.ts and b-2.ts',
      'info: streaming to b-2.ts',
    ]);
  });
});

describe('other destinations in the same session', () => {
  test('are told of, as is one that is closed and opened again with other options', () => {
    const stage = streaming();
    stage.operator.configure({ ...SETTINGS, destinations: [SRT, 'udp://group:5000'] });
    for (const output of [SRT, SPARE, FILE]) stage.output({ kind: 'closed' }, output);
    stage.output(STREAMING, SRT);
    stage.output(STREAMING, 'udp://group:5000');
    expect(stage.log.take()).toEqual([`info: streaming to ${SRT}`, 'info: streaming to udp://group:5000']);
  });

  test('leave nothing of the place that the video for one went to that is none any more', () => {
    const stage = new OperatorStage({ destinations: ['a.ts', 'b.ts'] });
    stage.on({ kind: 'output', output: 'a.ts', shown: 'a-2.ts' });
    stage.on({ kind: 'output', output: 'b.ts', shown: 'b-2.ts' });
    stage.operator.configure({ ...SETTINGS, destinations: ['b.ts'] });
    stage.operator.configure({ ...SETTINGS, destinations: ['a.ts', 'b.ts'] });
    stage.state({ kind: 'starting' });
    expect(stage.log.lines.at(-1)).toBe('info: a frame is there: opening a.ts and b-2.ts');
  });
});
