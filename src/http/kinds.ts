// Every kind of table that can be imported, in the order a new house would be filled.
import { casesImport } from '../case/import.ts';
import { batchesImport } from '../catalog/importBatches.ts';
import { modelsImport } from '../catalog/importModels.ts';
import { returnsImport } from '../returns/import.ts';
import { stockImport } from '../stock/import.ts';
import { telemetryImport } from '../telemetry/import.ts';
import type { ImportKind } from '../transfer/kind.ts';
import { unitsImport } from '../unit/importUnits.ts';

export const importKinds: readonly ImportKind[] = [modelsImport, batchesImport, unitsImport, returnsImport, stockImport, telemetryImport, casesImport];
