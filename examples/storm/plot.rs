//! What does a storm look like? Small SVG figures that can be read on a light and on a dark page.

use std::fmt::Write as _;

/// One figure: panels under each other that share the time.
pub struct Figure {
    pub title: String,
    /// Seconds.
    pub length: u64,
    /// From when to when something is the matter; shaded.
    pub trouble: (u64, u64),
    pub panels: Vec<Panel>,
}

pub struct Panel {
    pub title: String,
    pub unit: &'static str,
    /// Areas are put on top of each other.
    pub stacked: bool,
    pub series: Vec<Series>,
}

pub struct Series {
    pub name: String,
    pub color: &'static str,
    /// One value a step.
    pub values: Vec<f64>,
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const HEIGHT: f64 = 110.0;
const GAP: f64 = 58.0;
const TOP: f64 = 66.0;

/// Dark enough for white and light enough for black.
const INK: &str = "#7a828c";

impl Figure {
    pub fn svg(&self) -> String {
        let height = TOP + (HEIGHT + GAP) * self.panels.len() as f64;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             font-family=\"system-ui,sans-serif\" font-size=\"12\" fill=\"{INK}\"><title>{0}</title>\
             <text x=\"{LEFT}\" y=\"20\" font-size=\"15\" font-weight=\"600\">{0}</text>\n",
            self.title
        );
        for (index, panel) in self.panels.iter().enumerate() {
            let top = TOP + (HEIGHT + GAP) * index as f64;
            self.panel(&mut out, panel, top);
        }
        out + "</svg>\n"
    }

    fn panel(&self, out: &mut String, panel: &Panel, top: f64) {
        let bottom = top + HEIGHT;
        let most = nice(panel.most());
        let (from, to) = (self.x(self.trouble.0 as f64), self.x(self.trouble.1 as f64));
        let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"{:.0}\" font-weight=\"600\">{}</text>", top - 8.0, panel.title);
        legend(out, panel, top - 8.0);
        let wide = to - from;
        let _ = writeln!(
            out,
            "<rect x=\"{from:.1}\" y=\"{top}\" width=\"{wide:.1}\" height=\"{HEIGHT}\" opacity=\".15\"/>"
        );
        for part in [0.0, 0.5, 1.0] {
            let y = bottom - HEIGHT * part;
            let _ = writeln!(
                out,
                "<path d=\"M{LEFT} {y:.1}H{:.0}\" stroke=\"{INK}\" stroke-width=\".5\" opacity=\".6\"/>\
                 <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}{}</text>",
                WIDTH - RIGHT,
                LEFT - 6.0,
                y + 4.0,
                number(most * part),
                panel.unit
            );
        }
        for second in (0..=self.length).step_by(30) {
            let x = self.x(second as f64);
            let _ =
                writeln!(out, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{second} s</text>", bottom + 16.0);
        }
        if panel.stacked {
            // The whole pile first, and over it what lies lower.
            let mut pile = panel.series.iter().fold(vec![0.0; panel.steps()], |sum, series| added(&sum, series, 1.0));
            for series in panel.series.iter().rev() {
                let points = self.points(&pile, most, bottom);
                let half = 0.5 * self.length as f64 / pile.len().max(1) as f64;
                let (first, last) = (self.x(half).round(), self.x(self.length as f64 - half).round());
                let color = series.color;
                let _ = writeln!(out, "<path d=\"M{first} {bottom}L{points}L{last} {bottom}Z\" fill=\"{color}\"/>");
                pile = added(&pile, series, -1.0);
            }
            return;
        }
        for series in &panel.series {
            let (points, color) = (self.points(&series.values, most, bottom), series.color);
            let _ = writeln!(out, "<path d=\"M{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.6\"/>");
        }
    }

    fn points(&self, values: &[f64], most: f64, bottom: f64) -> String {
        let step = self.length as f64 / values.len().max(1) as f64;
        let point = |(index, value): (usize, &f64)| {
            let x = self.x((index as f64 + 0.5) * step);
            format!("{x:.0} {:.1}", bottom - HEIGHT * (value / most).clamp(0.0, 1.0))
        };
        values.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
    }

    fn x(&self, second: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * second / self.length as f64
    }
}

impl Panel {
    fn steps(&self) -> usize {
        self.series.first().map_or(0, |series| series.values.len())
    }

    fn most(&self) -> f64 {
        let at = |step: usize| self.series.iter().filter_map(move |s| s.values.get(step).copied());
        let of = |step| if self.stacked { at(step).sum() } else { at(step).fold(0.0, f64::max) };
        (0..self.steps()).map(of).fold(0.0, f64::max)
    }
}

fn added(sum: &[f64], series: &Series, factor: f64) -> Vec<f64> {
    sum.iter().zip(&series.values).map(|(sum, value)| sum + factor * value).collect()
}

/// From the right: what is which colour.
fn legend(out: &mut String, panel: &Panel, y: f64) {
    let mut x = WIDTH - RIGHT;
    for series in panel.series.iter().rev() {
        let width = series.name.len() as f64 * 7.6;
        x -= width;
        let _ = writeln!(
            out,
            "<rect x=\"{:.0}\" y=\"{:.0}\" width=\"10\" height=\"10\" fill=\"{}\"/><text x=\"{x:.0}\" y=\"{y:.0}\">{}</text>",
            x - 14.0,
            y - 9.0,
            series.color,
            series.name
        );
        x -= 19.0;
    }
}

/// The end of an axis: one, two or five and zeros.
fn nice(most: f64) -> f64 {
    let power = 10f64.powf(most.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|end| *end >= most * 0.999).unwrap_or(most)
}

fn number(value: f64) -> String {
    if value >= 10.0 || value == 0.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}
