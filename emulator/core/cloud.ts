import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStream } from './events';

/** Where a stack is deployed. */
export interface Environment {
  readonly account: string;
  readonly region: string;
}

/** Of stacks that are synthesized for any account, or any region. */
export const DEFAULT_ENVIRONMENT: Environment = { account: '123456789012', region: 'us-east-1' };

/** The emulated account in one region: its identity, its time, its events and its disposal. State belongs to the services. */
export class Cloud {
  public readonly partition = 'aws';
  public readonly account: string;
  public readonly region: string;
  public readonly urlSuffix = 'amazonaws.com';

  /** The folder of all temporary files; removed on disposal. */
  public readonly folder = mkdtempSync(join(tmpdir(), 'emulator-'));

  private readonly cleanUps: (() => Promise<unknown> | unknown)[] = [];

  /** @param timeScale divides every time limit of the platform */
  public constructor(public readonly events: EventStream, public readonly timeScale = 1, environment = DEFAULT_ENVIRONMENT) {
    this.account = environment.account;
    this.region = environment.region;
  }

  public arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
  }

  /** A duration of the platform, in milliseconds of this emulation. */
  public limit(milliseconds: number): number {
    return milliseconds / this.timeScale;
  }

  /** Registers what must be undone when the emulator ends. */
  public onDispose(cleanUp: () => Promise<unknown> | unknown): void {
    this.cleanUps.push(cleanUp);
  }

  public async dispose(): Promise<void> {
    await Promise.all(this.cleanUps.splice(0).map((cleanUp) => cleanUp()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
