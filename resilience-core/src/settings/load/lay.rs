//! Sources laid one over the other, and judged together with what the code says.

use super::{
    check::check,
    section::{Said, Section, sections},
    source::Source,
};
use crate::{
    registry::Registry,
    settings::{Fault, Mistake, Settings, mistakes},
};

/// What all sources together say, and every mistake. What is wrong is not in the settings.
pub(super) fn lay(sources: &[Source], registry: &Registry) -> (Settings, Vec<Mistake>) {
    let mut found = Vec::new();
    let mut layers: Vec<Vec<Said>> = Vec::new();
    for source in sources {
        if let Source::Code(settings) = source {
            layers.push(sections(settings));
        }
        for tree in source.read() {
            found.extend(tree.mistakes);
            let checked = check(tree.values);
            found.extend(checked.mistakes);
            layers.push(checked.sections);
        }
    }
    let mut spoiled = Vec::new();
    for layer in &mut layers {
        found.extend(layer.iter_mut().flat_map(|said| std::mem::take(&mut said.mistakes)));
        let (broken, whole): (Vec<_>, Vec<_>) = layer.drain(..).partition(|said| said.is_broken);
        spoiled.extend(broken.into_iter().map(|said| said.section));
        *layer = whole;
    }

    let before = registry.settings();
    loop {
        let settings = laid(&layers, &spoiled, &before);
        let faults = registry.faults(&settings);
        if faults.is_empty() {
            return (settings, found);
        }
        let mut dropped = Vec::new();
        for fault in &faults {
            if let Some(section) = section_to_drop(fault, &layers, &dropped) {
                dropped.push(section);
            }
        }
        for mistake in mistakes(faults) {
            if !found.contains(&mistake) {
                found.push(mistake);
            }
        }
        if dropped.is_empty() {
            // Nothing that the sources say: what the settings in force say must go, or the code is wrong by itself.
            return (laid(&layers, &[], &before), found);
        }
        for section in dropped {
            // The highest source that speaks of it: the lower ones went together without it, or are dropped next.
            let speaking = layers.iter_mut().rev().find(|layer| speaks(layer, &section));
            if let Some(layer) = speaking {
                layer.retain(|said| said.section != section);
            }
            spoiled.push(section);
        }
    }
}

/// The layers one over the other. A section that nothing is left of stays as it was before.
fn laid(layers: &[Vec<Said>], spoiled: &[Section], before: &Settings) -> Settings {
    let mut settings = Settings::new();
    for section in spoiled {
        if !layers.iter().any(|layer| speaks(layer, section)) {
            keep(&mut settings, section, before);
        }
    }
    for said in layers.iter().flatten() {
        said.lay_over(&mut settings);
    }
    settings
}

fn keep(settings: &mut Settings, section: &Section, before: &Settings) {
    let prefix = match section {
        Section::Defaults => {
            settings.defaults = before.defaults;
            "defaults.".to_owned()
        }
        Section::Global => {
            settings.global = before.global;
            "global.".to_owned()
        }
        Section::Service(name) => {
            if let Some(section) = before.services.get(name) {
                settings.services.insert(name.clone(), section.clone());
            }
            format!("{}.", crate::settings::path::service(name))
        }
    };
    settings.sources.take_over(&before.sources, &prefix);
}

fn speaks(layer: &[Said], section: &Section) -> bool {
    layer.iter().any(|said| said.section == *section)
}

/// The section to blame for a fault: the one whose word it is, or else the nearest that speaks of the service at all.
fn section_to_drop(fault: &Fault, layers: &[Vec<Said>], dropped: &[Section]) -> Option<Section> {
    let blamed = fault.problem.blamed.and_then(|level| Section::of(level, &fault.service));
    let others = [Section::Service(fault.service.clone()), Section::Global, Section::Defaults];
    let candidate = blamed
        .into_iter()
        .chain(others)
        .find(|section| layers.iter().any(|layer| speaks(layer, section)))?;
    (!dropped.contains(&candidate)).then_some(candidate)
}
