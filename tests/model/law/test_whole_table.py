"""What holds of every order that the table of routes can be asked."""

from dataclasses import replace

from tests.model.law.cases import (
    Ruling,
    USOrder,
    all_foreign_orders,
    all_us_orders,
    deciding,
    foreign_routes,
    foreign_ruling,
    law,
    us_routes,
    us_ruling,
)

# --- the whole table --------------------------------------------------------------------------------

# The tests and comity rules of the question that the courts were asked; another regime may bring its own.
SETTLED_BY_THE_CASES = ("location", "control")
COMITY_OF_THE_CASES = ("none", "common_law", "statutory")


def test_a_blocking_statute_binds_foreign_providers_and_gives_us_providers_a_motion_at_most() -> None:
    orders = [order for order in all_us_orders() if order.test in SETTLED_BY_THE_CASES]
    for order in orders:
        with_statute, without = (us_ruling(replace(order, blocking_statute=b)) for b in (True, False))
        if order.controller == "foreign_with_us_business":
            bound = order.test == "control" and order.location != "in_us"
            assert with_statute.route == ("mla" if bound else without.route), order
            continue
        assert with_statute.route in (without.route, "comity_review"), order
        if order.comity != "statutory" or not order.agreement:
            assert with_statute.route == without.route, order
        assert with_statute.conflict >= without.conflict, order


def test_a_blocking_statute_makes_a_conflict_wherever_somebody_is_compelled_to_produce_from_abroad() -> None:
    for order in all_us_orders():
        if order.blocking_statute:
            ruling = us_ruling(order)
            assert ruling.conflict == (
                order.location != "in_us" and ruling.route in ("direct", "comity_review")
            ), order


def test_data_in_the_us_go_to_a_us_order_directly_under_every_rule_and_break_no_foreign_law() -> None:
    for order in all_us_orders():
        if order.location == "in_us":
            assert us_ruling(order) == Ruling("direct", False), order


def test_what_the_target_keeps_abroad_needs_the_hosts_help_under_every_rule() -> None:
    for order in all_us_orders():
        if order.location == "abroad" and order.controller == "target":
            assert us_ruling(order) == Ruling("mla", False), order


def test_a_test_of_location_compels_nobody_to_produce_from_abroad() -> None:
    for order in all_us_orders():
        if order.test == "location" and order.location != "in_us":
            ruling = us_ruling(order)
            assert ruling.route in ("mla", "agreement", "unreachable"), order
            assert not ruling.conflict, order


def test_location_but_not_control_leaves_data_that_nothing_reaches_without_a_stable_location() -> None:
    orders = [order for order in all_us_orders() if order.test in SETTLED_BY_THE_CASES]
    unreachable = [order for order in orders if us_ruling(order).route == "unreachable"]
    assert unreachable
    assert {(order.test, order.location) for order in unreachable} == {("location", "no_stable_location")}


def test_the_us_lends_foreign_police_no_warrant_that_it_does_not_have() -> None:
    """Whoever must ask the US gets what a US warrant would reach about that person, and no more."""
    for order in all_foreign_orders():
        ruling, (_, row) = foreign_ruling(order), deciding(order)
        if ruling.route != "mla" or getattr(row, "asks", "us") == "host" or order.controller != "us_provider":
            continue
        where = {"own_soil": "abroad", "third_country": "abroad"}.get(order.location, order.location)
        ours = USOrder(
            test=order.test, comity="none", location=where, controller=order.controller,
            us_person=order.us_person, resides_in_us=order.resides_in_us, agreement=False,
            data_law_bars=False, blocking_statute=False, target_in_host=False, cooperation=True,
            holders_law_bars=False,
        )  # fmt: skip
        assert us_ruling(ours).route == "direct", order


def test_comity_is_reviewed_by_statute_just_where_all_of_its_conditions_meet() -> None:
    for order in all_us_orders():
        if order.test not in SETTLED_BY_THE_CASES or order.comity not in COMITY_OF_THE_CASES:
            continue
        expected = (
            order.test == "control"
            and order.comity == "statutory"
            and order.location != "in_us"
            and order.controller in ("us_provider", "foreign_with_us_business")
            and not order.us_person
            and not order.resides_in_us
            and order.agreement
            and (order.data_law_bars or order.blocking_statute)
            and not (order.blocking_statute and order.controller == "foreign_with_us_business")
        )
        assert (us_ruling(order).route == "comity_review") == expected, order


def test_without_an_agreement_nothing_goes_by_agreement() -> None:
    assert all(us_ruling(o).route != "agreement" for o in all_us_orders() if not o.agreement)
    assert all(foreign_ruling(o).route != "agreement" for o in all_foreign_orders() if not o.agreement)


def test_no_agreement_is_used_by_the_us_about_people_in_the_partners_territory() -> None:
    assert all(us_ruling(o).route != "agreement" for o in all_us_orders() if o.target_in_host)


def test_no_agreement_is_used_by_a_foreign_police_against_a_us_person() -> None:
    assert all(foreign_ruling(o).route != "agreement" for o in all_foreign_orders() if o.us_person)


def test_a_police_orders_its_own_providers_and_searches_its_own_country_without_breaking_us_law() -> None:
    for order in all_foreign_orders():
        if order.controller != "us_provider":
            search_abroad = order.controller == "target" and order.location != "own_soil"
            assert foreign_ruling(order) == Ruling("mla" if search_abroad else "direct", False), order


def test_obeying_a_claim_breaks_us_law_unless_an_agreement_or_the_border_lifts_the_bar() -> None:
    for order in all_foreign_orders():
        if order.controller == "us_provider" and order.claim:
            lifted_by_agreement = order.agreement and not (order.us_person or order.resides_in_us)
            ends_at_border = law().tests[order.test].bar == "ends_at_border"
            lifted_by_border = ends_at_border and order.location in ("own_soil", "third_country")
            assert foreign_ruling(order).conflict == (not lifted_by_agreement and not lifted_by_border), order


def test_the_dense_tables_hold_the_first_row_that_matches() -> None:
    assert us_routes().size == len(list(all_us_orders()))
    assert foreign_routes().size == len(list(all_foreign_orders()))
    for us in all_us_orders():
        assert us_ruling(us).route == deciding(us)[1].route, us
    for foreign in all_foreign_orders():
        assert foreign_ruling(foreign).route == deciding(foreign)[1].route, foreign


def test_the_leads_act_reaches_abroad_nobody_but_us_persons_and_yields_to_any_foreign_law() -> None:
    for order in all_us_orders():
        if order.test == "leads" and order.location == "abroad" and order.controller == "us_provider":
            breaks = order.data_law_bars or order.blocking_statute
            reaches = order.us_person and not breaks
            assert us_ruling(order) == Ruling("direct" if reaches else "mla", False), order


def test_icpa_reaches_us_persons_and_people_in_the_us_and_tells_the_government_of_others() -> None:
    for order in all_us_orders():
        if order.test == "icpa" and order.location == "abroad" and order.controller == "us_provider":
            breaks = order.data_law_bars or order.blocking_statute
            if order.us_person or order.resides_in_us:
                assert us_ruling(order) == Ruling("direct", breaks), order
            elif order.cooperation and order.holders_law_bars:
                assert us_ruling(order) == Ruling("mla", False), order
            else:
                assert us_ruling(order) == Ruling("direct", breaks, notice=order.cooperation), order


def test_a_local_subsidiary_gives_no_content_while_the_us_bar_is_whole() -> None:
    for order in all_foreign_orders():
        if law().tests[order.test].bar == "worldwide" and order.controller == "us_provider":
            ruling = foreign_ruling(order)
            if not (order.claim or order.agreement):
                assert ruling.route in ("mla", "unreachable"), order
            assert ruling.conflict == (ruling.route == "direct"), order
