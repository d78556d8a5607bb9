import { RemovalPolicy, type Size, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { mustError, requiresError, warn } from './errors';

export function validateInteger(prop: string, value: number | undefined, min: number, max: number, unit = ''): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw mustError(prop, `be an integer between ${min} and ${max}${unit}`, value);
  }
}

export function validateAtLeast(prop: string, value: number | undefined, min: number): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (!Number.isInteger(value) || value < min) throw mustError(prop, `be an integer of at least ${min}`, value);
}

export function validateSize(prop: string, value: Size | undefined, minMebibytes: number, maxMebibytes: number): void {
  if (value === undefined || value.isUnresolved()) return;
  validateInteger(prop, value.toMebibytes({ rounding: 1 }), minMebibytes, maxMebibytes, ' MiB');
}

/** LibreChat uses 565 MB after its start, and 760 MB with 100 responses at the same time. */
export function validateMemorySize(scope: IConstruct, memorySize: number | undefined): void {
  validateInteger('memorySize', memorySize, 768, 10240, ' MiB');
  if (memorySize === undefined || Token.isUnresolved(memorySize) || memorySize >= 1024) return;
  warn(scope, 'memorySize', 'memorySize', 'be at least 1024 MiB: with less, a worker serves few requests at the same time, and starts slowly', memorySize);
}

export interface WorkerLimits {
  readonly domainName?: string;
  readonly maxConcurrentRequests?: number;
  readonly maxWorkers?: number;
  readonly provisionedConcurrentExecutions?: number;
}

export function validateWorkers(limits: WorkerLimits): void {
  const { domainName, maxConcurrentRequests, maxWorkers, provisionedConcurrentExecutions: provisioned } = limits;
  validateInteger('maxConcurrentRequests', maxConcurrentRequests, 1, 200);
  validateAtLeast('maxWorkers', maxWorkers, 1);
  validateAtLeast('provisionedConcurrentExecutions', provisioned, 1);
  if (provisioned === undefined) return;
  // Environments are initialized before the distribution has a domain name.
  if (domainName === undefined) throw requiresError('provisionedConcurrentExecutions', '`domainName`');
  if (maxWorkers !== undefined && !Token.isUnresolved(maxWorkers) && !Token.isUnresolved(provisioned) && provisioned > maxWorkers) {
    throw mustError('provisionedConcurrentExecutions', `be at most \`maxWorkers\` (${maxWorkers})`, provisioned);
  }
}

/** Capacity in DocumentDB capacity units. */
export function validateCapacity(min: number, max: number): void {
  validateCapacityUnits('minCapacity', min, 0.5);
  validateCapacityUnits('maxCapacity', max, 1);
  if (!Token.isUnresolved(min) && !Token.isUnresolved(max) && min > max) {
    throw mustError('minCapacity', `be at most \`maxCapacity\` (${max})`, min);
  }
}

function validateCapacityUnits(prop: string, units: number, min: number): void {
  if (Token.isUnresolved(units)) return;
  if (units < min || units > 256 || !Number.isInteger(units * 2)) {
    throw mustError(prop, `be between ${min} and 256 in increments of 0.5`, units);
  }
}

export function validateNodeType(prop: string, nodeType: string): void {
  if (Token.isUnresolved(nodeType) || /^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(nodeType)) return;
  throw mustError(prop, 'be an ElastiCache node type such as cache.t4g.micro', nodeType);
}

/** LibreChat appends paths to the URLs of services. */
export function validateServiceUrl(prop: string, url: string | undefined): void {
  if (url === undefined || Token.isUnresolved(url)) return;
  if (!/^https?:\/\/[^/\s]+(\/\S*[^/\s])?$/.test(url)) {
    throw mustError(prop, 'be an http or https URL without a trailing slash', url);
  }
}

/** Buckets have no snapshots. */
export function validateRemovalPolicy(removalPolicy: RemovalPolicy | undefined): void {
  if (removalPolicy === undefined || removalPolicy === RemovalPolicy.DESTROY || removalPolicy === RemovalPolicy.RETAIN) return;
  throw mustError('removalPolicy', 'be RemovalPolicy.DESTROY or RemovalPolicy.RETAIN (the default takes a snapshot of the database)', removalPolicy);
}

export function validateEnvironmentName(name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || /^[A-Za-z0-9_-]{1,64}$/.test(name)) return;
  throw mustError('environmentName', 'be 1 to 64 letters, digits, hyphens or underscores', name);
}
