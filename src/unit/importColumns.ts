// The columns of CSV `units`.
import { CellFault, type Column, code, day, identifier, oneOf, required, text } from '../transfer/columns.ts';
import type { Cells } from '../transfer/kind.ts';
import { conditions, locations } from './inputs.ts';
import { DEVICE_ID, macOf } from './rules.ts';

const mac: Column<string> = {
  required: false,
  hint: ['aa:bb:cc:dd:ee:ff', 'aa:bb:cc:dd:ee:ff'],
  read: (cell) => macOf(cell) ?? new CellFault([`Not a MAC address: ${cell}`, `MACアドレスとして読めません: ${cell}`]),
};
const deviceId: Column<string> = {
  required: false,
  hint: ['A–Z a–z 0–9 _ -, up to 64', '英数字と _ -（64文字まで）'],
  read: (cell) =>
    DEVICE_ID.test(cell.normalize('NFKC')) ? cell.normalize('NFKC') : new CellFault([`Not a device_id: ${cell}`, `device_idとして使えません: ${cell}`]),
};

export const unitColumns = {
  maker_code: code(),
  model_code: required(code()),
  serial: required(identifier()),
  batch_code: code(),
  hw_rev: code(32),
  firmware: code(),
  mac,
  device_id: deviceId,
  shipped_on: day(),
  delivered_on: day(),
  purchased_on: day(),
  in_service_on: day(),
  out_of_service_on: day(),
  site_code: code(),
  customer_code: code(),
  location: {
    ...oneOf(locations),
    hint: [
      `where a new unit is; one that is known moves by stock moves: ${locations.join(', ')}`,
      `新規個体の所在（既存の個体は在庫移動で変更）: ${locations.join('、')}`,
    ],
  } satisfies Column<unknown>,
  condition: oneOf(conditions),
  asset_tag: { ...text(64), ...identifier() },
};
export type UnitColumns = typeof unitColumns;
export type UnitCells = Cells<UnitColumns>;
