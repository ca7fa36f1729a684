import { MoverThread } from './mover/mover-thread.ts';
import type { MoverStart } from './mover/protocol.ts';

// The entry point of the Worker that `startMover` starts; it returns to its event loop only when it is to quit.
declare const self: Worker;

self.addEventListener('message', ({ data }: MessageEvent<MoverStart>) => new MoverThread(data).run());
