// The unit beside its case.
import type { Child } from 'hono/jsx';
import { type Locale, speak } from '../core/words.ts';
import { unitStateLabels } from '../returns/words.ts';
import { stateWord } from '../telemetry/stateWords.ts';
import { words as unitWords } from '../unit/words.ts';
import type { AppContext } from '../web/env.ts';
import { Age, Badge, Facts, Num, Section, Unknown } from '../web/parts.tsx';
import { CommandReply, commandName } from './commandViews.tsx';
import type { CaseCommand } from './remedy.ts';
import type { CaseRow } from './table.ts';
import type { UnitPanel } from './unitPanel.ts';
import { words } from './words.ts';

export function UnitView({ c, row, panel, commands }: { c: AppContext; row: CaseRow; panel: UnitPanel; commands: readonly CaseCommand[] }) {
  const { locale } = c.var;
  const w = words(locale);
  const { unit, place, names, warranty } = panel;
  return (
    <Section title={`${w.unit} ${names?.model_code ?? ''} ${unit.serial}`} id={`unit-${unit.id}`} aside={<a href={`/units/${unit.id}`}>{unit.serial}</a>}>
      <Facts
        facts={[
          [w.firmware, panel.device?.firmware ?? names?.firmware_code ?? <Unknown locale={locale} />],
          [w.site, place?.site_name ?? <Unknown locale={locale} />],
          [w.installation, installation(place, locale)],
          [
            w.warranty,
            `${w.own_until} ${warranty.own_ends_on ?? speak(['n/a', '不明'], locale)} · ${w.maker_until} ${warranty.maker_ends_on ?? speak(['n/a', '不明'], locale)}`,
          ],
        ]}
      />
      <Telemetry c={c} panel={panel} />
      <p>
        {panel.alerts.map((alert) => (
          <>
            <a href={`/alerts/${alert.id}`}>
              <Badge tone="bad">{speak(alert.name, locale)}</Badge>
            </a>{' '}
            {alert.role === 'at_risk' ? w.at_risk : w.affected}{' '}
          </>
        ))}
        {panel.returns.map((found, i) => (
          <>
            {i === 0 && panel.alerts.length === 0 ? '' : ' · '}
            <a href={`/returns/${found.id}`}>
              {found.number} {speak(unitStateLabels[found.state], locale)}
            </a>
          </>
        ))}
      </p>
      {panel.lookalikes.count === 0 ? null : (
        <p>
          <strong>{w.others_show(panel.lookalikes.count)}</strong> {panel.lookalikes.signals.map((name) => speak(name, locale)).join(', ')}:{' '}
          {panel.lookalikes.shown.map(({ id, serial }) => (
            <a href={`/units/${id}`}>{serial} </a>
          ))}
        </p>
      )}
      {panel.issues.length === 0 ? null : (
        <ul>
          {panel.issues.map((issue) => (
            <li>
              <a href={`/known-issues/${issue.id}`}>{issue.number}</a> {locale === 'ja' ? issue.title_ja : issue.title_en}{' '}
              {issue.fixed_in === null ? null : <Badge tone="good">{issue.fixed_in}</Badge>}
              <div class="hint">{locale === 'ja' ? issue.workaround_ja : issue.workaround_en}</div>
            </li>
          ))}
        </ul>
      )}
      <Remedies c={c} row={row} panel={panel} commands={commands} />
    </Section>
  );
}

const installation = (place: UnitPanel['place'], locale: Locale): string => {
  const mounting = place?.mounting ?? null;
  const parts = [mounting === null ? null : unitWords(locale)[mounting], place?.power ?? null, place?.network ?? null];
  return parts.filter((part) => part !== null).join(' · ') || '—';
};

function Telemetry({ c, panel: { device } }: { c: AppContext; panel: UnitPanel }) {
  const { locale } = c.var;
  const w = words(locale);
  if (device === undefined)
    return (
      <p>
        {w.telemetry}: <Unknown locale={locale} />
      </p>
    );
  const state = (code: string | null): Child => (code === null ? <Unknown locale={locale} /> : stateWord(code, locale));
  return (
    <Facts
      facts={[
        [
          w.last_seen,
          <a href={`/devices/${device.device_id}`}>
            <Age c={c} at={device.last_seen_at} />
          </a>,
        ],
        [w.temperature, <Num value={device.temp_c} digits={1} unit="°C" locale={locale} />],
        [
          w.card,
          <>
            {state(device.sd_state)}
            {device.sd_wear_pct === null ? null : ` · ${w.worn} ${device.sd_wear_pct} %`}
          </>,
        ],
        [w.recording, state(device.rec_state)],
        [w.signal, <Num value={device.rssi_dbm} unit="dBm" locale={locale} />],
        [w.supply, <Num value={device.vin_mv} unit="mV" locale={locale} />],
        [w.last_boot, state(device.reboot)],
      ]}
    />
  );
}

function Remedies({ c, row, panel, commands }: { c: AppContext; row: CaseRow; panel: UnitPanel; commands: readonly CaseCommand[] }) {
  const w = words(c.var.locale);
  return (
    <div class="remedies">
      <h3>{w.remedies}</h3>
      {commands.map((command) => (
        <p>
          {commandName(c, command.name)} · <Age c={c} at={command.created_at} /> · <CommandReply c={c} command={command} />
        </p>
      ))}
      <form class="row" method="post" action={`/cases/${row.id}/commands`}>
        <input type="hidden" name="unit_id" value={panel.unit.id} />
        {panel.device === undefined ? null : (
          <button name="command" value="diagnose">
            {w.diagnose}
          </button>
        )}
        {panel.device === undefined ? null : (
          <button name="command" value="restart">
            {w.restart}
          </button>
        )}
      </form>
      <form class="row" method="post" action={`/cases/${row.id}/replacement`}>
        <input type="hidden" name="unit_id" value={panel.unit.id} />
        <button type="submit">{w.replacement}</button>
      </form>
    </div>
  );
}
