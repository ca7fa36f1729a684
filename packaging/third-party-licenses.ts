import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

/** The part of package-lock.json that says what ends up in the executable. */
const packageSchema = v.object({
  version: v.optional(v.string(), ''),
  license: v.optional(v.string(), 'see its text'),
  dev: v.optional(v.boolean(), false),
  devOptional: v.optional(v.boolean(), false),
  optional: v.optional(v.boolean(), false),
});
const lockSchema = v.object({ packages: v.record(v.string(), packageSchema) });
type LockedPackage = v.InferOutput<typeof packageSchema>;

/** A font is compiled in as a table in a source file; its licence lies beside it. */
const FONT = {
  title: 'Spleen 2.2.0, 8x16 (BSD-2-Clause)',
  license: 'src/levels/marks/spleen-LICENSE',
} as const;

/** The licences of all npm packages that are compiled into the executable and of its font, in full, as each of them asks. */
export function thirdPartyLicenses(projectFolder: string): string {
  const lock = v.parse(
    lockSchema,
    JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')),
  );
  const sections = Object.entries(lock.packages)
    .filter(([path, { dev, devOptional, optional }]) => path !== '' && !dev && !devOptional && !optional)
    .map(([path, locked]) =>
      section(join(projectFolder, path), path.replace(/^.*node_modules\//, ''), locked),
    );
  const font = titled(FONT.title, readFileSync(join(projectFolder, FONT.license), 'utf8'));
  return `The executable holds these npm packages, and a font.\n\n${[...sections, font].join('\n\n')}\n`;
}

function section(folder: string, name: string, { version, license }: LockedPackage): string {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  const text =
    file === undefined
      ? 'The package holds no text of its licence.'
      : readFileSync(join(folder, file), 'utf8');
  return titled(`${name} ${version} (${license})`, text);
}

function titled(title: string, text: string): string {
  return `==== ${title} ====\n\n${text.trim()}`;
}
