import type { Check } from '../check';
import { bypass } from './bypass';
import { chat } from './chat';
import { emptyBodies } from './empty-bodies';
import { health } from './health';
import { page } from './page';
import { resume } from './resume';
import { silence } from './silence';
import { upload } from './upload';

/** All checks by name, in the order in which they run. */
export const CHECKS = { page, bypass, health, chat, emptyBodies, silence, resume, upload } as const satisfies Record<string, Check>;

export type CheckName = keyof typeof CHECKS;

export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[];
