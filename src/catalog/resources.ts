// The eight nouns of the catalogue in one list: routes and pages are made from it, so that each noun behaves like its neighbours.
import { z } from '@hono/zod-openapi';
import type { Permission } from '../core/permission.ts';
import type { Bilingual } from '../core/words.ts';
import type { Ctx } from '../db/ctx.ts';
import type { Page, PageRequest } from '../db/page.ts';
import { DayText, Instant } from '../web/route.ts';
import * as input from './inputs.ts';
import * as read from './queries.ts';
import type { RecordTable } from './save.ts';
import type { CatalogWord } from './words.ts';
import * as write from './write.ts';

/** A field as a form and a table show it. */
export interface ShownField {
  readonly name: CatalogWord;
  readonly type?: 'number' | 'date' | 'email' | 'codes' | 'choice';
  readonly choices?: readonly CatalogWord[];
  readonly required?: boolean;
  /** Names what the record belongs to: asked for when it is created, fixed afterwards. */
  readonly fixed?: RecordTable;
  readonly listed?: boolean;
}

export interface Resource {
  readonly table: RecordTable;
  readonly label: Bilingual;
  readonly read: Permission;
  readonly fields: readonly ShownField[];
  readonly Record: z.ZodObject;
  readonly Filter: z.ZodObject;
  readonly New: z.ZodObject;
  readonly Change: z.ZodObject;
  list(ctx: Ctx, page: PageRequest, filter: unknown): Promise<Page<Stored>>;
  get(ctx: Ctx, id: string): Promise<Stored>;
  create(ctx: Ctx, input: unknown): Promise<Stored>;
  update(ctx: Ctx, id: string, input: unknown, expected: number | undefined): Promise<Stored>;
}

export interface Stored {
  readonly id: string;
  readonly code: string;
  readonly version: number;
}

type Typed<F extends z.ZodObject, N extends z.ZodObject, C extends z.ZodObject> = Omit<Resource, 'Filter' | 'New' | 'Change' | 'list' | 'create' | 'update'> & {
  readonly Filter: F;
  readonly New: N;
  readonly Change: C;
  list(ctx: Ctx, page: PageRequest, filter: z.output<F>): Promise<Page<Stored>>;
  create(ctx: Ctx, input: z.output<N>): Promise<Stored>;
  update(ctx: Ctx, id: string, input: z.output<C>, expected: number | undefined): Promise<Stored>;
};

/** Checks that schema and verb fit; after that what a schema has let through goes to its own verb only. */
const resource = <F extends z.ZodObject, N extends z.ZodObject, C extends z.ZodObject>(typed: Typed<F, N, C>): Resource => typed as unknown as Resource;

const codeFilter = { code: z.string().max(64).optional(), q: z.string().max(100).optional() };
const ofModelFilter = z.object({
  ...codeFilter,
  model_code: z.string().max(64).optional(),
  model_id: z.string().max(64).optional(),
  maker_code: z.string().max(64).optional(),
});
const ofCustomerFilter = z.object({
  ...codeFilter,
  customer_code: z.string().max(64).optional(),
  customer_id: z.string().max(64).optional(),
  kind: z.string().max(200).optional(),
});
const stored = { id: z.string(), code: z.string(), created_at: Instant, version: z.int() };
const locale = z.enum(['en', 'ja']);
const ofModel = { model_id: z.string(), model_code: z.string(), maker_code: z.string() };
const ofCustomer = { customer_id: z.string(), customer_code: z.string(), customer_name: z.string(), partner_id: z.string().nullable() };
const text = z.string().nullable();

const code: ShownField = { name: 'code', required: true, listed: true };
const name: ShownField = { name: 'name', required: true, listed: true };
const language: ShownField = { name: 'locale', type: 'choice', choices: ['english', 'japanese'] };
const model: ShownField = { name: 'model_code', required: true, fixed: 'models', listed: true };
const modelMaker: ShownField = { name: 'maker_code', fixed: 'makers', listed: true };
const customer: ShownField = { name: 'customer_code', required: true, fixed: 'customers', listed: true };

export const resources: readonly Resource[] = [
  resource({
    table: 'models',
    label: ['Models', '機種'],
    read: 'catalog:read',
    fields: [
      { name: 'maker_code', required: true, fixed: 'makers', listed: true },
      code,
      name,
      { name: 'family', listed: true },
      { name: 'own_warranty_months', type: 'number', listed: true },
      { name: 'maker_warranty_months', type: 'number', listed: true },
      { name: 'temp_limit_c', type: 'number' },
      { name: 'unit_cost', type: 'number' },
      { name: 'currency' },
      { name: 'substitutes', type: 'codes' },
    ],
    Record: z
      .object({
        ...stored,
        name: z.string(),
        maker_id: z.string(),
        maker_code: z.string(),
        maker_name: z.string(),
        family: text,
        own_warranty_months: z.int().nullable(),
        maker_warranty_months: z.int().nullable(),
        temp_limit_c: z.number().nullable(),
        unit_cost: z.number().nullable(),
        currency: text,
        substitutes: z.array(z.string()).optional(),
      })
      .openapi('Model'),
    Filter: z.object({
      ...codeFilter,
      maker_code: z.string().max(64).optional(),
      maker_id: z.string().max(64).optional(),
      family: z.string().max(200).optional(),
    }),
    New: input.NewModel,
    Change: input.ModelChange,
    list: read.listModels,
    get: read.getModel,
    create: write.createModel,
    update: write.updateModel,
  }),
  resource({
    table: 'makers',
    label: ['Makers', 'メーカー'],
    read: 'catalog:read',
    fields: [code, name, { name: 'contact_email', type: 'email', listed: true }, language],
    Record: z.object({ ...stored, name: z.string(), contact_email: text, locale }).openapi('Maker'),
    Filter: z.object(codeFilter),
    New: input.NewMaker,
    Change: input.MakerChange,
    list: read.listMakers,
    get: read.getMaker,
    create: write.createMaker,
    update: write.updateMaker,
  }),
  resource({
    table: 'batches',
    label: ['Batches', 'ロット'],
    read: 'catalog:read',
    fields: [modelMaker, model, code, { name: 'made_on', type: 'date', listed: true }],
    Record: z.object({ ...stored, ...ofModel, made_on: DayText.nullable() }).openapi('Batch'),
    Filter: ofModelFilter,
    New: input.NewBatch,
    Change: input.BatchChange,
    list: read.listBatches,
    get: read.getBatch,
    create: write.createBatch,
    update: write.updateBatch,
  }),
  resource({
    table: 'firmwares',
    label: ['Firmware', 'ファームウェア'],
    read: 'catalog:read',
    fields: [modelMaker, model, code, { name: 'released_on', type: 'date', listed: true }],
    Record: z.object({ ...stored, ...ofModel, released_on: DayText.nullable() }).openapi('Firmware'),
    Filter: ofModelFilter,
    New: input.NewFirmware,
    Change: input.FirmwareChange,
    list: read.listFirmwares,
    get: read.getFirmware,
    create: write.createFirmware,
    update: write.updateFirmware,
  }),
  resource({
    table: 'customers',
    label: ['Customers', '顧客'],
    read: 'unit:read',
    fields: [
      code,
      name,
      { name: 'partner_code', listed: true },
      { name: 'contact_name', listed: true },
      { name: 'email', type: 'email' },
      { name: 'phone' },
      language,
    ],
    Record: z
      .object({ ...stored, name: z.string(), partner_id: text, partner_code: text, contact_name: text, email: text, phone: text, locale })
      .openapi('Customer'),
    Filter: z.object({ ...codeFilter, partner_code: z.string().max(64).optional(), partner_id: z.string().max(64).optional() }),
    New: input.NewCustomer,
    Change: input.CustomerChange,
    list: read.listCustomers,
    get: read.getCustomer,
    create: write.createCustomer,
    update: write.updateCustomer,
  }),
  resource({
    table: 'sites',
    label: ['Sites', '拠点'],
    read: 'unit:read',
    fields: [customer, code, name, { name: 'kind', listed: true }, { name: 'region', listed: true }, { name: 'address' }],
    Record: z.object({ ...stored, ...ofCustomer, name: z.string(), kind: text, region: text, address: text }).openapi('Site'),
    Filter: ofCustomerFilter,
    New: input.NewSite,
    Change: input.SiteChange,
    list: read.listSites,
    get: read.getSite,
    create: write.createSite,
    update: write.updateSite,
  }),
  resource({
    table: 'partners',
    label: ['Partners', '代理店'],
    read: 'unit:read',
    fields: [code, name, { name: 'email', type: 'email', listed: true }],
    Record: z.object({ ...stored, name: z.string(), email: text }).openapi('Partner'),
    Filter: z.object(codeFilter),
    New: input.NewPartner,
    Change: input.PartnerChange,
    list: read.listPartners,
    get: read.getPartner,
    create: write.createPartner,
    update: write.updatePartner,
  }),
  resource({
    table: 'contracts',
    label: ['Contracts', '契約'],
    read: 'unit:read',
    fields: [
      customer,
      code,
      { name: 'plan', required: true, listed: true },
      { name: 'coverage', type: 'choice', choices: input.coverages, listed: true },
      { name: 'starts_on', type: 'date', required: true, listed: true },
      { name: 'ends_on', type: 'date', listed: true },
      { name: 'cancelled_on', type: 'date' },
      { name: 'cancel_reason' },
    ],
    Record: z
      .object({
        ...stored,
        ...ofCustomer,
        plan: z.string(),
        coverage: z.enum(input.coverages),
        starts_on: DayText,
        ends_on: DayText.nullable(),
        cancelled_on: DayText.nullable(),
        cancel_reason: text,
      })
      .openapi('Contract'),
    Filter: ofCustomerFilter,
    New: input.NewContract,
    Change: input.ContractChange,
    list: read.listContracts,
    get: read.getContract,
    create: write.createContract,
    update: write.updateContract,
  }),
];
