import type { Socket } from 'node:net';

/** Writes the same bytes over and over, so many in all, as fast as they are read; ends early with the connection. */
export async function flood(socket: Socket, bytes: Buffer, sizeBytes: number): Promise<void> {
  for (let left = sizeBytes; left > 0 && !socket.destroyed; left -= bytes.length) {
    if (!socket.write(left < bytes.length ? bytes.subarray(0, left) : bytes)) await writable(socket);
  }
}

async function writable(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = () => {
      socket.off('drain', settle);
      socket.off('close', settle);
      resolve();
    };
    socket.on('drain', settle);
    socket.on('close', settle);
  });
}
