"""The topics residents ask about: the assistant's intents, by exactly these names."""

from __future__ import annotations

EMERGENCY = ("report_raid", "ask_raid_status", "ask_human", "report_violation")
ENCOUNTERS = (
    "basic_rights",
    "rights_at_door",
    "warrant_types",
    "right_to_silence",
    "right_to_lawyer",
    "show_id_documents",
    "dont_sign",
    "rights_on_street",
    "rights_in_car",
    "rights_at_work",
    "rights_at_school",
    "rights_at_hospital",
    "rights_at_courthouse",
    "sensitive_locations",
    "checkpoints",
    "recording_officers",
    "ice_vs_police",
    "minors",
)
DETENTION = ("detained_self", "detained_family", "bond", "deportation_defense", "expedited_removal")
ORDINANCE = (
    "what_is_sanctuary_city",
    "ordinance_general",
    "ordinance_police_status_question",
    "ordinance_victims_witnesses",
    "ordinance_arrest_only_status",
    "ordinance_admin_warrant",
    "ordinance_training",
    "ordinance_cooperation_limits",
    "trust_act",
    "call_911_safe",
    "city_services",
    "how_ice_finds_people",
    "minor_offenses_consequences",
    "strengthen_sanctuary",
    "community_events",
)
HELP = (
    "find_lawyer",
    "family_plan",
    "drivers_license",
    "public_benefits",
    "consulate",
    "notario_fraud",
    "u_visa_victim",
    "asylum",
    "daca",
    "tps",
    "green_card_travel",
    "immigration_process_other",
    "data_privacy",
)
LINE = (
    "greet",
    "thanks",
    "goodbye",
    "affirm",
    "deny",
    "help_menu",
    "change_language",
    "subscribe_alerts",
    "unsubscribe_alerts",
    "delete_my_data",
    "who_are_you",
    "more",
    "source",
    "full_law_text",
    "out_of_scope",
)

TOPICS: tuple[str, ...] = EMERGENCY + ENCOUNTERS + DETENTION + ORDINANCE + HELP + LINE
ANSWERED: tuple[str, ...] = ENCOUNTERS + DETENTION + ORDINANCE + HELP  # topics a card may answer

# The topics that must have a card in every complete language before the line opens.
REQUIRED: tuple[str, ...] = (
    "what_is_sanctuary_city",
    "ordinance_general",
    "ordinance_police_status_question",
    "ordinance_victims_witnesses",
    "ordinance_arrest_only_status",
    "ordinance_admin_warrant",
    "ordinance_training",
    "ordinance_cooperation_limits",
    "basic_rights",
    "rights_at_door",
    "warrant_types",
    "right_to_silence",
    "right_to_lawyer",
    "dont_sign",
    "rights_on_street",
    "detained_family",
    "find_lawyer",
    "call_911_safe",
)
