import type { Command } from '../src/cli/command.ts';
import { takesValue } from '../src/cli/command-flags.ts';
import { COMMANDS } from '../src/cli/commands.ts';
import {
  AUDIO_TRACKS,
  IDLES,
  LOG_LEVELS,
  MARKS,
  PALETTES,
  PRESETS,
  RECORD_WHENS,
  SCALING_METHODS,
  TUNES,
} from '../src/config/config.ts';
import { ALL_SETTINGS } from '../src/config/settings.ts';

/** What can stand after a flag, where that is a short list. */
const CHOICES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['COSMOS_VIDEO_FRAMERATE_SCALING', SCALING_METHODS],
  ['COSMOS_VIDEO_LEVELS', ['full', 'auto', 'equalise']],
  ['COSMOS_VIDEO_PALETTE', PALETTES],
  ['COSMOS_VIDEO_OVERLAY', ['none', ...MARKS]],
  ['COSMOS_VIDEO_CODEC_PRESET', PRESETS],
  ['COSMOS_VIDEO_TUNE', [...TUNES, 'none']],
  ['COSMOS_VIDEO_IDLE', IDLES],
  ['COSMOS_VIDEO_AUDIO', AUDIO_TRACKS],
  ['COSMOS_VIDEO_RECORD_WHEN', RECORD_WHENS],
  ['COSMOS_VIDEO_LOG_LEVEL', LOG_LEVELS],
]);

/** Completion for bash, by itself: it needs nothing of the package bash-completion but the folder that it reads. */
export function bashCompletionText(): string {
  const flags = ALL_SETTINGS.flatMap((setting) => setting.flags);
  const names = COMMANDS.map(({ name }) => name);
  const withFlags = COMMANDS.filter((command) => command.flags.length > 0);
  return `# bash completion for cosmos-video-builder
_cosmos_video_builder() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} word command=
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in ${names.join(' | ')}) command=$word ;; esac
  done
  case $prev in
${valueCases().join('\n')}
  esac
  case $command:$prev in
${COMMANDS.flatMap(commandValueCase).join('\n')}
  esac
  local words='${[...flags, '--help', '--version'].join(' ')}'
  case $command in
    '') words+=' ${names.join(' ')}' ;;
${withFlags.map(commandFlagsCase).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _cosmos_video_builder cosmos-video-builder
`;
}

/** After a flag that takes a value of a command's own stands whatever the user types. */
function commandValueCase({ name, flags }: Command): string[] {
  const withValue = flags.filter(takesValue);
  if (withValue.length === 0) return [];
  return [`    ${withValue.map(({ flag }) => `${name}:${flag}`).join(' | ')}) return 0 ;;`];
}

function commandFlagsCase({ name, flags }: Command): string {
  return `    ${name}) words+=' ${flags.map(({ flag }) => flag).join(' ')}' ;;`;
}

/** By which option compgen offers what is there: files or folders; undefined where it is neither. */
function pathKind(variable: string, placeholder: string): '-f' | '-d' | undefined {
  if (placeholder === 'FOLDER') return '-d';
  return placeholder === 'PATH' || variable === 'COSMOS_VIDEO_DESTINATION' ? '-f' : undefined;
}

/** For each flag of a setting what can stand after it: words, files, or whatever the user types. */
function valueCases(): string[] {
  return ALL_SETTINGS.filter(({ flags }) => flags.length > 0).map(({ variable, flags, placeholder }) => {
    const words = CHOICES.get(variable) ?? (placeholder.includes('|') ? placeholder.split('|') : []);
    const pattern = flags.join(' | ');
    if (words.length > 0)
      return `    ${pattern}) mapfile -t COMPREPLY < <(compgen -W '${words.join(' ')}' -- "$cur"); return 0 ;;`;
    const kind = pathKind(variable, placeholder);
    return kind
      ? `    ${pattern}) mapfile -t COMPREPLY < <(compgen ${kind} -- "$cur"); return 0 ;;`
      : `    ${pattern}) return 0 ;;`;
  });
}
