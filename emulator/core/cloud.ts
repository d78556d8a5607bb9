import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStream } from './events';

/** Account and region of a stack. */
export interface Environment {
  readonly account: string;
  readonly region: string;
}

/** Environment of environment-agnostic stacks. */
export const DEFAULT_ENVIRONMENT: Environment = { account: '123456789012', region: 'us-east-1' };

/** The emulated account in one region: identity, time, events and disposal. Services hold their own state. */
export class Cloud {
  public readonly partition = 'aws';
  public readonly account: string;
  public readonly region: string;
  public readonly urlSuffix = 'amazonaws.com';

  /** Folder for all temporary files; removed on disposal. */
  public readonly folder = mkdtempSync(join(tmpdir(), 'emulator-'));

  private readonly cleanUps: (() => Promise<unknown> | unknown)[] = [];

  /** @param timeScale divisor of every time limit of the platform */
  public constructor(public readonly events: EventStream, public readonly timeScale = 1, environment = DEFAULT_ENVIRONMENT) {
    this.account = environment.account;
    this.region = environment.region;
  }

  public arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
  }

  /** Scales a platform duration to emulated milliseconds. */
  public limit(milliseconds: number): number {
    return milliseconds / this.timeScale;
  }

  /** Registers a function to call on disposal. */
  public onDispose(cleanUp: () => Promise<unknown> | unknown): void {
    this.cleanUps.push(cleanUp);
  }

  public async dispose(): Promise<void> {
    await Promise.all(this.cleanUps.splice(0).map((cleanUp) => cleanUp()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
