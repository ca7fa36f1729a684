import type { SettingsChange } from './settings-change.ts';

/** The two SRT outputs: the first one's receiver runs all the time, the second one's is killed now and then. */
export type LinkName = 'first' | 'second';

/** What goes wrong, or is changed, for a while. */
export type Fault =
  | { readonly kind: 'redis stopped' }
  | { readonly kind: 'redis killed' }
  | { readonly kind: 'stream deleted' }
  | { readonly kind: 'wrong entries'; readonly count: number; readonly sizeBytes: number }
  | { readonly kind: 'ffmpeg killed' }
  | { readonly kind: 'ffmpeg stopped' }
  | { readonly kind: 'link black-holed'; readonly link: LinkName }
  | { readonly kind: 'link narrowed'; readonly link: LinkName; readonly bitsPerS: number }
  | {
      readonly kind: 'link lossy';
      readonly link: LinkName;
      readonly lossShare: number;
      readonly delayMs: number;
    }
  | { readonly kind: 'listener killed' }
  | { readonly kind: 'disk filled'; readonly leftBytes: number; readonly isGreedy: boolean }
  | { readonly kind: 'folder gone' }
  | { readonly kind: 'settings'; readonly change: SettingsChange }
  | { readonly kind: 'sensor silent' }
  | { readonly kind: 'sensor in bursts'; readonly frames: number }
  | { readonly kind: 'sensor fast'; readonly fps: number };

export type FaultKind = Fault['kind'];

/** What a fault happens to: one at a time for each. */
export type Area = 'redis' | 'ffmpeg' | 'first link' | 'second link' | 'disk' | 'settings' | 'sensor';

/** Of a fault of a link it says which one. */
export function areaOf(fault: Fault): Area {
  switch (fault.kind) {
    case 'redis stopped':
    case 'redis killed':
    case 'stream deleted':
    case 'wrong entries':
      return 'redis';
    case 'ffmpeg killed':
    case 'ffmpeg stopped':
      return 'ffmpeg';
    case 'link black-holed':
    case 'link narrowed':
    case 'link lossy':
      return `${fault.link} link`;
    case 'listener killed':
      return 'second link';
    case 'disk filled':
    case 'folder gone':
      return 'disk';
    case 'settings':
      return 'settings';
    case 'sensor silent':
    case 'sensor in bursts':
    case 'sensor fast':
      return 'sensor';
  }
}

/** A fault for a person, with what there is to say of it. */
export function faultInWords(fault: Fault): string {
  const { kind, ...details } = fault;
  const words = Object.entries(details).map(([name, value]) =>
    typeof value === 'object' ? JSON.stringify(value) : `${name} ${value}`,
  );
  return [kind, ...words].join(', ');
}
