import { visibleText } from '../base/visible-text.ts';
import { shownList } from './destination-list.ts';
import { redactAddresses } from './redact.ts';
import type { Setting } from './setting.ts';

/** Longer values are cut: a message is to be read. */
const MAX_SHOWN_CHARACTERS = 100;

/** A fault in one sentence: where the value comes from, the value, what is allowed. A secret value is left out. */
export function faultText(label: string, shown: string | undefined, allowed: string): string {
  return shown === undefined ? `${label}: ${allowed}` : `${label} is ${quoted(shown)}: ${allowed}`;
}

/** What may be shown of a setting's text; undefined where nothing may. */
export function shownValue(setting: Setting, text: string): string | undefined {
  if (setting.isSecret) return undefined;
  return setting.isAddress ? shownList(text) : redactAddresses(text);
}

/** The text in quotation marks on one line, cut to a readable length. */
export function quoted(text: string): string {
  const characters = Array.from(text);
  const cut = characters.length > MAX_SHOWN_CHARACTERS;
  const shown = visibleText(characters.slice(0, MAX_SHOWN_CHARACTERS).join(''));
  return `"${shown}${cut ? '…' : ''}"`;
}
