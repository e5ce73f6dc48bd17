//! The sizes that are budgeted.

use benches::{budgets::Budgets, sizes};

#[test]
fn no_type_outgrows_its_budget() {
    let budgets = Budgets::load().unwrap();
    let sizes = sizes::of_types();

    for (name, budget) in budgets.sizes {
        let size = sizes.iter().find(|(known, _)| *known == name);
        assert!(size.is_some_and(|(_, bytes)| *bytes <= budget), "{name}: {size:?}");
    }
}
