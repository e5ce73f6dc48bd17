//! The load on the service over time, as an SVG.

use super::Run;
use plotters::{
    prelude::{
        BLACK, ChartBuilder, Color, IntoDrawingArea, IntoLogRange, LineSeries, PathElement, RGBColor, Rectangle,
        SVGBackend, SeriesLabelPosition, WHITE,
    },
    style::ShapeStyle,
};
use std::{error::Error, path::Path};

/// Told apart by those who see no red or no green, too.
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 0, 0),
    RGBColor(213, 94, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 114, 178),
];
const GREY: RGBColor = RGBColor(225, 225, 225);

/// Draws the requests a second that reach the service in each run; the outage is shaded.
pub(crate) fn draw(path: &Path, runs: &[&Run], outage: (u64, u64)) -> Result<(), Box<dyn Error>> {
    let length = runs.iter().map(|run| run.seconds.len() as u64).max().unwrap_or(0);
    let most = runs
        .iter()
        .flat_map(|run| &run.seconds)
        .map(|second| second.arrived)
        .max();
    let top = f64::from(most.unwrap_or(1)) * 1.5;

    let area = SVGBackend::new(path, (900, 500)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "Load on a service that loses half its capacity, three hops deep",
            ("sans-serif", 20),
        )
        .margin(15)
        .x_label_area_size(40)
        .y_label_area_size(60)
        // A load of nothing has no place on a logarithmic axis: it lies on the bottom.
        .build_cartesian_2d(0.0..seconds(length), (1.0..top).log_scale())?;
    chart.draw_series([Rectangle::new(
        [(seconds(outage.0), 1.0), (seconds(outage.1), top)],
        GREY.filled(),
    )])?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_desc("seconds")
        .y_desc("requests a second at the service")
        .x_label_formatter(&|second| format!("{second:.0}"))
        .y_label_formatter(&|load| format!("{load:.0}"))
        .draw()?;
    for (run, colour) in runs.iter().zip(COLOURS) {
        let load = (0..)
            .zip(&run.seconds)
            .map(|(second, counts)| (seconds(second), f64::from(counts.arrived.max(1))));
        let style = ShapeStyle::from(colour).stroke_width(2);
        chart
            .draw_series(LineSeries::new(load, style))?
            .label(run.policy)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .border_style(BLACK)
        .draw()?;
    area.present()?;
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "a run takes minutes")]
fn seconds(count: u64) -> f64 {
    count as f64
}
