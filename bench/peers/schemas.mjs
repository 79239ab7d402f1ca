// The operation that is measured, by hand in zod, for the peers that have no document.
import { z } from 'zod'

const text = z.string().min(1).max(200)
export const body = z.strictObject({
  title: text, currency: z.enum(['EUR', 'USD']), placed_at: z.iso.datetime().optional(), urgent: z.boolean().optional(),
  address: z.object({ street: text, city: text, zip: text.optional() }).optional(),
  items: z.array(z.strictObject({ sku: z.string().regex(/^[A-Z0-9-]{3,20}$/), quantity: z.int().min(1).max(99), note: text.optional() })).min(1).max(50),
})
export const path = z.object({ tenant: z.string().regex(/^[a-z-]{3,20}$/), number: z.coerce.number().int() })
export const query = z.object({ dry_run: z.stringbool().optional(), limit: z.coerce.number().int().min(1).max(100).optional(), tags: z.union([z.string(), z.array(z.string())]).optional() })
