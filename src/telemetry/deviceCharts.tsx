// A device's health over time: the last hours as they were reported, and the days of up to three years.
import type { Child } from 'hono/jsx';
import { asset } from '../web/assets.ts';
import type { AppContext } from '../web/env.ts';
import { historyLengths } from './inputs.ts';
import type { DeviceDayRow } from './table.ts';
import { words } from './words.ts';

export function Lengths({ c, device_id, length }: { c: AppContext; device_id: string; length: number }) {
  const w = words(c.var.locale);
  return (
    <nav class="tabs" aria-label={w.health}>
      {historyLengths.map((each) => (
        <a href={`/devices/${device_id}?days=${each}`} aria-current={each === length ? 'page' : undefined}>
          {w.last_days(each)}
        </a>
      ))}
    </nav>
  );
}

/** Numbers for src/web/client/charts.ts: the last hours from the API, the days right here. */
export function Charts({ c, device_id, days }: { c: AppContext; device_id: string; days: readonly DeviceDayRow[] }) {
  const w = words(c.var.locale);
  const at = days.map((day) => Date.parse(`${day.day_on}T00:00:00Z`));
  const daily = (label: string, pick: (day: DeviceDayRow) => number | null) => ({ label, values: days.map(pick) });
  const charts = [
    daily(w.hottest, (day) => day.temp_c_max),
    daily(w.lowest_supply, (day) => day.vin_mv_min),
    daily(w.reboots, unexpectedReboots),
    daily(w.recording, (day) => day.rec_gap_s),
    daily(w.network, (day) => (day.disconnects === null && day.link_flaps === null ? null : (day.disconnects ?? 0) + (day.link_flaps ?? 0))),
    daily(w.frames, (day) => day.frames_lost),
  ];
  const live = (title: string, field: string): Child => (
    <figure>
      <figcaption>{`${title} · ${w.last_hours}`}</figcaption>
      <div
        class="chart"
        data-chart={`/api/v1/devices/${device_id}/series?fields=${field}&hours=48`}
        data-field={field}
        data-label={title}
        data-nothing={w.no_values}
        data-zone={c.var.zone}
        data-uplot={asset('uplot.js')}
      />
    </figure>
  );
  return (
    <>
      <link rel="stylesheet" href={asset('uplot.css')} />
      <noscript>
        <p>{w.no_script}</p>
      </noscript>
      <div class="charts">
        {live(w.temperature, 'temp_c')}
        {live(w.voltage, 'vin_mv')}
        {charts.map((series) => (
          <figure>
            <figcaption>{series.label}</figcaption>
            {series.values.every((value) => value === null) ? (
              <p class="empty">{w.no_values}</p>
            ) : (
              <div class="chart" data-chart="" data-points={JSON.stringify({ at, series: [series] })} data-zone="UTC" data-uplot={asset('uplot.js')} />
            )}
          </figure>
        ))}
      </div>
    </>
  );
}

export const unexpectedReboots = (day: DeviceDayRow): number =>
  day.reboot_brownout +
  day.reboot_hw_watchdog +
  day.reboot_sw_watchdog +
  day.reboot_kernel_panic +
  day.reboot_oom +
  day.reboot_clock_failure +
  day.reboot_fw_update_error +
  day.reboot_unknown;
