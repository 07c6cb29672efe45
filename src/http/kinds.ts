// Every kind of table that can be imported, in the order a new house would be filled.
import { batchesImport } from '../catalog/importBatches.ts';
import { modelsImport } from '../catalog/importModels.ts';
import type { ImportKind } from '../transfer/kind.ts';
import { returnsImport } from '../returns/import.ts';
import { stockImport } from '../stock/import.ts';
import { telemetryImport } from '../telemetry/import.ts';
import { unitsImport } from '../unit/importUnits.ts';

export const importKinds: readonly ImportKind[] = [modelsImport, batchesImport, unitsImport, returnsImport, stockImport, telemetryImport];
