import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { fromNode } from '../../emulator/core/http';
import { writeResponse } from '../../emulator/core/write-response';
import { Emulator } from '../../emulator/emulator';
import { LONG_TIMEOUTS, setRelayTimings } from '../../fixtures/deployment';
import { probe, type ProbeOptions, type Report } from '../../probe';
import { LibreChatServerless } from '../../src';

/** Shorter timings than on AWS. */
const HASTE: Pick<ProbeOptions, 'pace' | 'silenceMs'> = { pace: { tokens: 60, gapMs: 100 }, silenceMs: 1_500 };
const TIMINGS = { lingerMs: 300, titleMs: 300, heartbeatMs: 300, queue: LONG_TIMEOUTS };

type Template = { Resources: Record<string, { Type: string; Properties: any }> };

/** A stack to run the probe against, with or without a fault. */
export interface Subject {
  /** Changes the template before the deployment. */
  readonly change?: (resources: Template['Resources']) => void;
  /** Overrides of the adapter's timings. */
  readonly timings?: Readonly<Record<string, unknown>>;
  readonly options?: Partial<ProbeOptions>;
}

/** The assembly of one stack. Tests modify copies of it. */
export class Assembly {
  private readonly folder = mkdtempSync(join(tmpdir(), 'probed-stack-'));

  constructor() {
    const app = new App({ outdir: join(this.folder, 'sound') });
    new LibreChatServerless(new Stack(app, 'LibreChat'), 'Chat');
    app.synth();
  }

  /** Deploys the stack to an emulator and probes it. */
  async probe({ change = () => undefined, timings, options }: Subject = {}): Promise<Report> {
    const emulator = await Emulator.start({
      assembly: this.changed(change),
      port: 0,
      environment: { ALLOW_REGISTRATION: 'true', ADAPTER_TEST_OVERRIDES: JSON.stringify({ ...TIMINGS, ...timings }) },
    });
    const api = await serveApi(emulator);
    try {
      return await probe({
        url: emulator.url,
        apiUrl: api.url,
        ...HASTE,
        ...options,
      });
    } finally {
      api.close();
      await emulator.dispose();
    }
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private changed(change: NonNullable<Subject['change']>): string {
    const copy = mkdtempSync(join(this.folder, 'changed-'));
    cpSync(join(this.folder, 'sound'), copy, { recursive: true });
    const file = join(copy, 'LibreChat.template.json');
    const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
    change(template.Resources);
    writeFileSync(file, JSON.stringify(template));
    setRelayTimings(copy);
    return copy;
  }
}

/** The API's own host name, which the emulator's distribution uses, for callers that bypass the distribution. */
async function serveApi({ services }: Emulator) {
  const [, api] = [...services.dns].find(([host]) => host.includes('.execute-api.'))!;
  const server = createServer((request, response) => {
    void api(fromNode(request, 'https')).then((result) => writeResponse(result, response, request.method!));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
