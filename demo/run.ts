import { introduction } from './introduction';
import { LiveView } from './live-view/live-view';
import type { DemoOptions } from './options';
import { addProbeModel } from './probe-model';
import type { Reporter } from './reporter';
import { runProbe } from './run-probe';
import { usageReport } from './usage-report';
import { CommandError } from '../cli/command';
import type { TimedEvent } from '../emulator/core/events';
import { Emulator, type EmulatorOptions } from '../emulator/emulator';
import { requireBubblewrap } from '../emulator/services/lambda/sandbox';
import { synthesize } from '../emulator/synthesize';

/** Synthesizes, starts the emulator, and stays until interrupted; or probes it. Returns the exit code. */
export async function runDemo(options: DemoOptions, interrupted: AbortSignal, reporter: Reporter): Promise<number> {
  const began = performance.now();
  if (options.sandbox) requireBubblewrap();
  if (options.assembly === undefined) reporter.text(`Synthesizing ${options.app}`);
  const made = options.assembly === undefined ? await synthesize(options.app) : undefined;
  try {
    if (interrupted.aborted) return 0;
    const events: TimedEvent[] = [];
    let report = (event: TimedEvent): void => {
      events.push(event);
      reporter.event(event);
    };
    const emulator = await Emulator.start(emulatorOptions(options, made?.assembly ?? options.assembly!), (event) => report(event));
    let view: LiveView | undefined;
    let endModel = (): void => undefined;
    try {
      if (interrupted.aborted) return 0;
      if (options.librechat !== undefined) endModel = await addProbeModel(emulator);
      view = options.probe ? undefined : await LiveView.open(emulator, options.port === undefined ? undefined : 0, events);
      report = (event) => reporter.event(event);
      const listening = { type: 'listening', url: emulator.url, liveUrl: view?.url, milliseconds: performance.now() - began };
      reporter.record(listening, introduction(emulator, options, view?.url));
      if (!options.probe) reporter.text('Ctrl-C ends it.\n');
      const probing = options.probe ? [probe(emulator, reporter)] : [];
      const passed = await Promise.race([...probing, until(interrupted)]);
      const usage = emulator.usage();
      reporter.record({ type: 'usage', functions: usage }, usageReport(usage));
      return passed || !options.probe ? 0 : 1;
    } finally {
      view?.close();
      endModel();
      report = () => undefined;
      await emulator.dispose();
    }
  } finally {
    made?.dispose();
  }
}

async function probe(emulator: Emulator, reporter: Reporter): Promise<boolean> {
  try {
    return await runProbe(emulator.url, reporter);
  } catch (cause) {
    throw new CommandError(`the probe failed: ${(cause as Error).message}`, { cause });
  }
}

function emulatorOptions(options: DemoOptions, assembly: string): EmulatorOptions {
  const { stack, librechat, port, secrets, buckets, mongoUri, https, sandbox } = options;
  return {
    assembly,
    stack,
    librechat,
    port,
    secrets,
    buckets,
    mongoUri,
    tls: https,
    ...(sandbox ? { sandbox: 'bubblewrap' } : {}),
    environment: {
      // LibreChat does not allow registration by default; the demo registers visitors.
      ALLOW_REGISTRATION: 'true',
    },
  };
}

/** Resolves to false once the signal is aborted. */
function until(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
}
