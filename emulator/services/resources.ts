import type { Player } from '../cloudformation/resource';
import { apiGateway } from './api-gateway/resources';
import { cloudFront } from './cloudfront/resources';
import { customResource, isCustomResource } from '../cloudformation/custom-resource';
import { imageBuild } from './codebuild/resources';
import { data } from './elasticache/resources';
import { iam } from './iam/resources';
import { INERT } from '../cloudformation/inert';
import { lambda } from './lambda/resources';
import { storage } from './s3/resources';
import { secrets } from './secrets-manager/resources';

const PLAYERS: Readonly<Record<string, Player>> = {
  ...apiGateway, ...cloudFront, ...data, ...iam, ...imageBuild, ...lambda, ...secrets, ...storage,
};

/** Who makes resources of a type; nobody where the type has no effect or is not known. */
export function playerOf(type: string): Player | undefined {
  if (isCustomResource(type) && !INERT.some((pattern) => pattern.test(type))) return customResource;
  return Object.hasOwn(PLAYERS, type) ? PLAYERS[type] : undefined;
}
