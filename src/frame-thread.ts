import { FrameThread } from './mover/mover-thread.ts';
import type { WorkerStart } from './mover/protocol.ts';

// The entry point of the Worker that `WorkerTransport` starts; it returns to its event loop only when it is to quit.
declare const self: Worker;

self.addEventListener('message', ({ data }: MessageEvent<WorkerStart>) => new FrameThread(data).run());
