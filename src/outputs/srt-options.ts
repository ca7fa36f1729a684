import { LinkError } from '../base/errors.ts';
import type { SrtOption, SrtSettings } from '../config/config.ts';
import { PACKET_BYTES } from '../mpegts/packet.ts';
import type { Libsrt, SrtSocket } from '../os/libsrt-calls.ts';

/** A socket of libsrt with all that the address sets, before it is bound or connected. Throws a `LinkError` where libsrt refuses. */
export function srtSocketFor(libsrt: Libsrt, settings: SrtSettings): SrtSocket {
  const socket = libsrt.createSocket();
  if (socket === undefined) throw otherError(`libsrt makes no socket: ${libsrt.lastError().text}`);
  try {
    for (const option of settings.options) setOption(libsrt, socket, option);
    // As ffmpeg does: receivers of version 1.2 and before want to know who of the two sends.
    libsrt.setOption(socket, 'sender', 1);
    return socket;
  } catch (error) {
    libsrt.close(socket);
    throw error;
  }
}

function setOption(libsrt: Libsrt, socket: SrtSocket, option: SrtOption): void {
  const { name, value, parameter } = option;
  if (libsrt.setOption(socket, name, name === 'payloadsize' ? payloadBytes(value) : value)) return;
  if (name === 'passphrase') {
    const text = 'the passphrase is refused by SRT: it must have 10 to 64 characters';
    throw new LinkError({ code: 'link-passphrase-length', text });
  }
  throw otherError(`libsrt refuses the value of ${parameter} in COSMOS_VIDEO_DESTINATION: correct it`);
}

/** A message holds a whole packet of MPEG-TS at least. */
function payloadBytes(value: number): number {
  return value === 0 ? 0 : Math.max(PACKET_BYTES, value);
}

function otherError(text: string): LinkError {
  return new LinkError({ code: 'link-other', text });
}
