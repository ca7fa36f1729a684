import { nearestName } from './nearest-name.ts';
import { isRetiredVariable, retiredWarnings } from './retired-settings.ts';
import { ENV_FILE_VARIABLE, VARIABLE_PREFIX } from './setting.ts';
import { variableText, type Inputs, type Variables } from './setting-reader.ts';
import { ALL_SETTINGS } from './settings.ts';

/**
 * A warning for each variable that has our prefix but is none of ours, or was once called so, and for each setting that is
 * none any more. Shows no value.
 */
export function nameWarnings(inputs: Inputs): string[] {
  const names = Object.keys(inputs.variables)
    .filter((name) => name.startsWith(VARIABLE_PREFIX) && name !== ENV_FILE_VARIABLE)
    .filter((name) => variableText(name, inputs.variables) !== '' && !isRetiredVariable(name));
  return [
    ...names.toSorted().flatMap((name) => variableWarning(name, inputs.variables) ?? []),
    ...retiredWarnings(inputs),
  ];
}

function variableWarning(name: string, variables: Variables): string | undefined {
  const suffixes = ALL_SETTINGS.map((setting) => setting.variable.slice(VARIABLE_PREFIX.length));
  if (suffixes.includes(name.slice(VARIABLE_PREFIX.length))) return undefined;
  const successor = ALL_SETTINGS.find((setting) => setting.formerVariables?.includes(name))?.variable;
  if (successor !== undefined) return formerText(name, successor, variableText(successor, variables) !== '');
  const nearest = nearestName(name.slice(VARIABLE_PREFIX.length), suffixes);
  return `${name} is not a setting and is ignored${nearest === undefined ? '' : `; did you mean ${VARIABLE_PREFIX}${nearest}?`}`;
}

function formerText(name: string, successor: string, isOverruled: boolean): string {
  return isOverruled
    ? `${name} is ignored, since ${successor}, which it is called now, is set too`
    : `${name} is called ${successor} now; it was taken as that`;
}
