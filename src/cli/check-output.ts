import { destinationFindings } from './check-destination.ts';
import type { TrialParts } from './check-connect.ts';
import { writerFindings, type WrittenDestination } from './check-writer.ts';
import type { Finding } from './finding.ts';

/** How the destinations are looked at. */
export interface OutputCheck extends TrialParts {
  /** They are opened, too, one after the other, as a start would open them. */
  readonly isToConnect: boolean;
}

/** Of each destination in turn; where there are several, each finding says which one it is about. Rejects as `connectFinding`. */
export async function* outputFindings(
  written: readonly WrittenDestination[],
  check: OutputCheck,
): AsyncGenerator<Finding> {
  for (const one of written) {
    for await (const finding of findingsOf(one, check)) {
      yield written.length > 1 ? named(finding, one.destination.display) : finding;
    }
  }
}

/** It is opened only where nothing is known that stands in the way: that would be said twice. */
async function* findingsOf(
  { destination, writer }: WrittenDestination,
  check: OutputCheck,
): AsyncGenerator<Finding> {
  yield* writerFindings(writer, destination.display);
  const findings = await destinationFindings(destination);
  yield* findings;
  if (!check.isToConnect || writer.kind === 'nobody' || !findings.every(({ isGood }) => isGood)) return;
  const { connectFinding } = await import('./check-connect.ts');
  yield await connectFinding(destination, writer, check);
}

function named(finding: Finding, display: string): Finding {
  const isNamed = finding.text.includes(display);
  return isNamed ? finding : { ...finding, text: `${display}: ${finding.text}` };
}
