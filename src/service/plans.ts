import type { OutputSettings } from '../config/config.ts';
import { reachOf, type Plan, type Reach } from './plan.ts';

/**
 * The plan in force, and the one that was read again and waits until the service can take it over: between two sessions, or
 * between two frames of one.
 */
export class Plans {
  #current: Plan;
  #next: Plan | undefined;
  #changed = new AbortController();
  #endsSession = new AbortController();

  /** @param areOurs whether the video comes to us with these settings */
  constructor(
    first: Plan,
    private readonly areOurs: (output: OutputSettings) => boolean,
  ) {
    this.#current = first;
  }

  /** The plan in force. */
  get current(): Plan {
    return this.#current;
  }

  /** What a reload is compared with: the plan that will be in force. */
  get newest(): Plan {
    return this.#next ?? this.#current;
  }

  /** Aborts when another plan waits; another signal once it was taken over. */
  get changed(): AbortSignal {
    return this.#changed.signal;
  }

  /** Aborts when the session has to end for the plan that waits; likewise. */
  get endsSession(): AbortSignal {
    return this.#endsSession.signal;
  }

  /** A plan that was read again. @returns how far it reaches; up to `reporting` it is in force at once */
  offer(plan: Plan): Reach {
    const reach = this.#reach(this.newest, plan);
    if (this.#next) this.#next = plan;
    else if (reach === 'nothing' || reach === 'reporting') this.#current = plan;
    else this.#next = plan;
    // Of the plan that is in force by then, also where one that waits is changed back.
    if (reach === 'session') this.#endsSession.abort();
    if (this.#next) this.#changed.abort();
    return reach;
  }

  /** The plan that waits is in force from now on. @returns it, and how far it reaches; undefined where none waits */
  takeOver(): { readonly plan: Plan; readonly reach: Reach } | undefined {
    const next = this.#next;
    if (!next) return undefined;
    const reach = this.#reach(this.#current, next);
    this.#current = next;
    this.#next = undefined;
    this.#changed = new AbortController();
    this.#endsSession = new AbortController();
    return { plan: next, reach };
  }

  #reach(before: Plan, after: Plan): Reach {
    return reachOf(before.config, after.config, this.areOurs);
  }
}
