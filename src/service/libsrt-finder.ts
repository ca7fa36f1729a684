import { LinkError } from '../base/errors.ts';
import { loadLibsrt, type Libsrt, type LoadedLibsrt } from '../os/libsrt.ts';

/** Finds libsrt when it is first needed, and again for as long as it is not there: it may be installed meanwhile. */
export class LibsrtFinder {
  #found: LoadedLibsrt | undefined;

  /** @param load as `loadLibsrt`, which it is where it is left out */
  constructor(private readonly load: () => LoadedLibsrt = loadLibsrt) {}

  find(): LoadedLibsrt {
    if (this.#found?.kind !== 'loaded') this.#found = this.load();
    return this.#found;
  }

  /** Throws a `LinkError` that says what to install where it is not there. */
  require(): Libsrt {
    const found = this.find();
    if (found.kind === 'loaded') return found.libsrt;
    throw new LinkError({ code: 'link-not-opened', text: found.reason });
  }
}
