// All shapes the ingester knows, by layout and by number.
import type { Device } from './device.ts';
import type { Asks } from './records.ts';
import { type Shape, shapeOf } from './shape.ts';

/** Beyond it reports of a new shape are stored as text: a device that shuffles its keys cannot fill the memory. */
const MAX_SHAPES = 50_000;

export class Shapes {
  private latest: Shape | null = null;
  private readonly byLayout = new Map<string, Shape>();
  /** The newest shape of each model, revision and firmware. */
  private readonly byVersion = new Map<string, Shape>();
  private readonly byNo = new Map<number, Shape>();
  private next = 1;

  add(shape: Shape): void {
    this.byLayout.set(shape.layout, shape);
    this.byNo.set(shape.no, shape);
    if (!shape.hist) this.byVersion.set(versionOf(shape.model, shape.hw, shape.fw), shape);
    this.next = Math.max(this.next, shape.no + 1);
  }

  /** A guess at what a device will send that was not heard since the ingester began: what others of its kind sent, or what came last. */
  likely({ model_code, hw_rev, firmware }: Pick<Device, 'model_code' | 'hw_rev' | 'firmware'>): Shape | null {
    return this.byVersion.get(versionOf(model_code, hw_rev, firmware)) ?? this.latest;
  }

  get(no: number): Shape | undefined {
    return this.byNo.get(no);
  }

  /** The shape of a layout, made and announced when it is new; null when there are too many. */
  find(layout: string, announce: (shape: Shape) => void): Shape | null {
    let shape = this.byLayout.get(layout) ?? null;
    if (shape === null && this.byLayout.size < MAX_SHAPES) {
      shape = shapeOf(this.next, layout);
      this.add(shape);
      announce(shape);
    }
    if (shape !== null) this.latest = shape;
    return shape;
  }
}

const versionOf = (model: string | null, hw: string | null, fw: string | null): string => `${model}\n${hw}\n${fw}`;

export async function loadShapes(store: Asks): Promise<Shapes> {
  const shapes = new Shapes();
  for (const row of await store.all<{ shape_no: number; layout: string }>('select shape_no, layout from report_shapes order by shape_no', [])) {
    shapes.add(shapeOf(row.shape_no, row.layout));
  }
  return shapes;
}
