// What the lists of the portal read from their query.
import { z } from 'zod';

export const ListQuery = z.object({ q: z.string().max(200).optional(), cursor: z.string().optional() });
