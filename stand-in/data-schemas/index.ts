export { createModels, type Models } from './create-models';
export { logger } from './logger';
export { isAtLeast } from './release';
export { dropSupersededTenantIndexes } from './tenant-indexes';
