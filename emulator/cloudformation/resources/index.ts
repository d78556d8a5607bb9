import type { Player } from '../resource';
import { apiGateway } from './api-gateway';
import { cloudFront } from './cloudfront';
import { customResource, isCustomResource } from './custom-resource';
import { data } from './data';
import { iam } from './iam';
import { imageBuild } from './image-build';
import { INERT } from './inert';
import { lambda } from './lambda';
import { secrets } from './secrets';
import { storage } from './storage';

const PLAYERS: Readonly<Record<string, Player>> = {
  ...apiGateway, ...cloudFront, ...data, ...iam, ...imageBuild, ...lambda, ...secrets, ...storage,
};

/** Who makes resources of a type; nobody where the type has no effect or is not known. */
export function playerOf(type: string): Player | undefined {
  if (isCustomResource(type) && !INERT.some((pattern) => pattern.test(type))) return customResource;
  return Object.hasOwn(PLAYERS, type) ? PLAYERS[type] : undefined;
}
