import { expect, test } from 'bun:test';
import { silenceInWords } from '../../src/status/silence.ts';
import { OperatorStage } from '../support/operator-log.ts';
import { documentAt } from './documents.ts';
import { likeMessages, messagesOf, withoutNumbers } from './messages.ts';

const FILE = 'recording.ts';
const KEPT = '/data/kept';
const GONE = { code: 'file-no-folder', text: 'gone' } as const;

/** All that is said of outputs but their failures, which have a list of their own. */
async function saidOfOutputs(): Promise<string[]> {
  const stage = new OperatorStage({ destinations: ['srt://a:9000', 'srt://b:9000', FILE], recorder: KEPT });
  const recorder = (kind: 'streaming' | 'standby' | 'closed') => stage.output({ kind }, KEPT);
  const fails = () => stage.output({ kind: 'failed', failure: GONE, retryMs: 5_000 }, KEPT);
  stage.on({ kind: 'segments-recovered', output: KEPT, segments: 2 });
  stage.on({ kind: 'output', output: FILE, shown: 'recording-2.ts' });
  stage.state({ kind: 'starting' });
  stage.output({ kind: 'streaming' }, 'srt://b:9000');
  stage.state({ kind: 'streaming' });
  stage.output({ kind: 'listening' }, 'srt://a:9000');
  recorder('streaming');
  fails();
  recorder('streaming');
  recorder('closed');
  recorder('standby');
  recorder('streaming');
  await stage.clock.advanceMs(2_000);
  recorder('standby');
  fails();
  recorder('standby');
  const alone = new OperatorStage({ destinations: [], recorder: KEPT });
  alone.state({ kind: 'starting' });
  return [...stage.log.lines, ...alone.log.lines]
    .filter((line) => line.startsWith('info: '))
    .map((line) => line.slice('info: '.length));
}

test('what is said of outputs, of the recorder and of silence stands in the lists of what the log says', async () => {
  const log = documentAt('docs/log.md').text;
  const listed = likeMessages(messagesOf(log.slice(log.indexOf('\n## Information\n'))));
  const said = [
    ...(await saidOfOutputs()),
    silenceInWords('imagestream', { kind: 'silent', seconds: 5 }),
    silenceInWords('imagestream', { kind: 'back', seconds: 60 }),
  ];
  expect(said).toHaveLength(13);
  const isListed = (text: string) => listed.some((message) => message.test(withoutNumbers(text)));
  expect(said.filter((text) => !isListed(text))).toEqual([]);
});
