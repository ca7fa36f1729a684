import { LinkError } from '../../src/base/errors.ts';
import { call } from './srt-stage.ts';

/** For a test that runs it in a network of its own, where nothing is: says why a call comes to nothing. */
const words = await call('srt://192.0.2.1:9000?connect_timeout=200').then(
  () => 'connected',
  (error: unknown) => (error instanceof LinkError ? error.failure.code : String(error)),
);
process.stdout.write(`${words}\n`);
