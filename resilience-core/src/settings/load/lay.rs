//! Sources laid one over the other, and judged together with what the code says.

use super::{
    check::check,
    section::{Said, Section, sections},
    source::Source,
};
use crate::{
    registry::Registry,
    settings::{Fault, Mistakes, Settings},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

/// What one source says.
type Layer = BTreeMap<Section, Said>;

/// What all sources together say, and every mistake. What is wrong is not in the settings.
pub(super) fn lay(sources: &[Source], registry: &Registry) -> (Settings, Mistakes) {
    let mut found = Mistakes::default();
    let mut spoiled = BTreeSet::new();
    let mut layers: Vec<Layer> = Vec::new();
    let mut take = |said: Vec<Said>, found: &mut Mistakes| {
        let mut layer = Layer::new();
        for mut said in said {
            found.append(mem::take(&mut said.mistakes));
            if said.is_broken {
                spoiled.insert(said.section);
            } else {
                layer.insert(said.section.clone(), said);
            }
        }
        layers.push(layer);
    };
    for source in sources {
        if let Source::Code(settings) = source {
            take(sections(settings), &mut found);
        }
        for tree in source.read() {
            found.append(tree.mistakes);
            let checked = check(tree.values);
            found.append(checked.mistakes);
            take(checked.sections, &mut found);
        }
    }

    let before = registry.settings();
    loop {
        let settings = laid(&layers, &spoiled, &before);
        let faults = registry.faults(&settings);
        if faults.is_empty() {
            return (settings, found);
        }
        let dropped: BTreeSet<_> = faults
            .iter()
            .filter_map(|fault| section_to_drop(fault, &layers))
            .collect();
        found.append_once(faults.into_iter().map(|fault| fault.problem.mistake));
        if dropped.is_empty() {
            // Nothing that the sources say: what the settings in force say must go, or the code is wrong by itself.
            return (laid(&layers, &BTreeSet::new(), &before), found);
        }
        for section in dropped {
            // The highest source that speaks of it: the lower ones went together without it, or are dropped next.
            if let Some(layer) = layers.iter_mut().rev().find(|layer| layer.contains_key(&section)) {
                layer.remove(&section);
            }
            spoiled.insert(section);
        }
    }
}

/// The layers one over the other. A section that nothing is left of stays as it was before.
fn laid(layers: &[Layer], spoiled: &BTreeSet<Section>, before: &Settings) -> Settings {
    let mut settings = Settings::new();
    for section in spoiled {
        if !layers.iter().any(|layer| layer.contains_key(section)) {
            keep(&mut settings, section, before);
        }
    }
    for said in layers.iter().flat_map(Layer::values) {
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

/// The section to blame for a fault: the one whose word it is, or else the nearest that speaks of the service at all.
fn section_to_drop(fault: &Fault, layers: &[Layer]) -> Option<Section> {
    let blamed = fault
        .problem
        .blamed
        .and_then(|level| Section::of(level, &fault.service));
    let others = [
        Section::Service(fault.service.clone()),
        Section::Global,
        Section::Defaults,
    ];
    let mut candidates = blamed.into_iter().chain(others);
    candidates.find(|section| layers.iter().any(|layer| layer.contains_key(section)))
}
