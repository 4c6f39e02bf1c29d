//! The chart of times.

use plotters::coord::Shift;
use plotters::coord::combinators::{BindKeyPoints as _, IntoLogRange as _};
use plotters::prelude::{
    BLACK, ChartBuilder, Circle, Color as _, DrawingArea, IntoDrawingArea as _, IntoFont as _,
    LineSeries, PathElement, RGBColor, SVGBackend, Text, WHITE,
};

use super::is_ours;
use super::table::count;
use crate::error::AnyError;
use crate::number::as_f64;
use crate::times::{Course, Time, Times};
use gather_contenders::Collection;
use gather_contenders::branches::LITTLE;

const WIDTH: u32 = 860;
const LEGEND: u32 = 96;
const PANEL: u32 = 320;

/// There is one panel for each.
const COURSES: [(Course, &str); 3] = [
    (Course::Yielding, "each branch yields once"),
    (Course::Ready, "each branch is ready at once"),
    (
        Course::OneAfterAnother,
        "each branch ends after the one before it",
    ),
];

/// The contenders that start a task for each branch, and the one of ours that shares tasks. Readers
/// with a colour vision deficiency can tell the colours apart. Ours is black.
const CONTENDERS: [(Collection, RGBColor); 9] = [
    (Collection::Gather, BLACK),
    (Collection::TwoTasks, RGBColor(128, 128, 128)),
    (Collection::JoinSet, RGBColor(0, 114, 178)),
    (Collection::JoinQueue, RGBColor(230, 159, 0)),
    (Collection::InOrder, RGBColor(0, 158, 115)),
    (Collection::JoinAll, RGBColor(213, 94, 0)),
    (Collection::Unordered, RGBColor(86, 180, 233)),
    (Collection::Buffered, RGBColor(204, 121, 167)),
    (Collection::Concurrency, RGBColor(140, 110, 30)),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The times of the collections, as multiples of ours.
pub(super) fn collections(times: &Times) -> Result<String, AnyError> {
    let mut svg = String::new();
    let panels = u32::try_from(COURSES.len())?;
    let whole = SVGBackend::with_string(&mut svg, (WIDTH, LEGEND + panels * PANEL));
    let whole = whole.into_drawing_area();
    draw(&whole, times).map_err(|error| error.to_string())?;
    drop(whole);
    Ok(svg)
}

fn draw(whole: &Area<'_>, times: &Times) -> Result<(), Box<dyn std::error::Error>> {
    whole.fill(&WHITE)?;
    let (top, panels) = whole.split_vertically(LEGEND);
    legend(&top)?;
    for (area, (course, title)) in panels.split_evenly((COURSES.len(), 1)).iter().zip(COURSES) {
        let is_charted = |it: &Time| CONTENDERS.iter().any(|(one, _)| it.contender == one.name());
        let of_course = |it: &&Time| {
            it.family == "collection" && it.course == course && it.held == LITTLE && is_charted(it)
        };
        panel(
            area,
            title,
            &times.times.iter().filter(of_course).collect::<Vec<_>>(),
        )?;
    }
    whole.present()?;
    Ok(())
}

fn legend(area: &Area<'_>) -> Result<(), Box<dyn std::error::Error>> {
    for (place, (contender, colour)) in (0..).zip(CONTENDERS) {
        let (x, y) = (64 + place % 3 * 260, 20 + place / 3 * 24);
        area.draw(&PathElement::new(
            [(x, y), (x + 24, y)],
            colour.stroke_width(3),
        ))?;
        area.draw(&Text::new(
            contender.name(),
            (x + 32, y - 7),
            ("sans-serif", 15).into_font(),
        ))?;
    }
    Ok(())
}

/// The powers of two around all ratios.
fn ratios(times: &[&Time]) -> Vec<f64> {
    let least = times.iter().map(|it| it.ratio[1]).fold(0.9, f64::min);
    let greatest = times.iter().map(|it| it.ratio[1]).fold(1.1, f64::max);
    let (least, greatest) = (least.log2().floor(), greatest.log2().ceil());
    let mut powers = vec![least];
    while powers[powers.len() - 1] < greatest {
        powers.push(powers[powers.len() - 1] + 1.0);
    }
    powers.into_iter().map(f64::exp2).collect()
}

fn panel(area: &Area<'_>, title: &str, times: &[&Time]) -> Result<(), Box<dyn std::error::Error>> {
    let ratios = ratios(times);
    let mut sizes: Vec<usize> = times.iter().map(|it| it.branches).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let sizes: Vec<f64> = sizes.into_iter().map(as_f64).collect();
    let (Some(least), Some(greatest)) = (sizes.first(), sizes.last()) else {
        return Err(format!("nothing is timed where {title}").into());
    };
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 17))
        .margin(8)
        .margin_right(24)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(
            (*least..*greatest)
                .log_scale()
                .with_key_points(sizes.clone()),
            (ratios[0]..ratios[ratios.len() - 1])
                .log_scale()
                .with_key_points(ratios.clone()),
        )?;
    chart
        .configure_mesh()
        .x_desc("branches")
        .y_desc("time, with ours as 1")
        .label_style(("sans-serif", 14))
        .bold_line_style(BLACK.mix(0.15))
        .y_label_formatter(&|ratio| ratio.to_string())
        .x_label_formatter(&|size| count(format!("{size:.0}")))
        .draw()?;
    // Ours comes last, and so is drawn above the others.
    for (contender, colour) in CONTENDERS.into_iter().rev() {
        let of_contender = times.iter().filter(|it| it.contender == contender.name());
        let ratio = |it: &Time| {
            // The ratio of ours to itself is noise.
            if is_ours(&it.family, &it.contender) {
                1.0
            } else {
                it.ratio[1]
            }
        };
        let points = of_contender.map(|it| (as_f64(it.branches), ratio(it)));
        let points: Vec<(f64, f64)> = points.collect();
        chart.draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?;
        chart.draw_series(
            points
                .into_iter()
                .map(|point| Circle::new(point, 3, colour.filled())),
        )?;
    }
    Ok(())
}
