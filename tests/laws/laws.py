"""All laws, by form of input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tests.laws import (
    documents,
    template_doubt,
    template_forms,
    template_resources,
    template_values,
    terraform_accounts,
    terraform_additions,
    terraform_documents,
    terraform_doubt,
    terraform_inputs,
    terraform_instances,
    terraform_json,
    terraform_layout,
    terraform_modules,
    terraform_policies,
    terraform_values,
)
from tests.laws.law import Law
from tests.laws.project import Change, Project
from tests.laws.verdicts import denied, never_less, never_more, only_settled, unchanged


def _given(what: str, valued: Callable[[int, Project], Change | None], number: int) -> Iterator[Law]:
    """What is asked for is given, in so many ways."""
    for one in range(number):
        name = f"{what}-given-{one}"
        yield Law(name, partial(valued, one), only_settled, newcomers=True, is_input=True)


def _opened(what: str, opened: Callable[[int, Project], Change | None], parts: int) -> Iterator[Law]:
    """What is known is taken away, a part at a time."""
    for part in range(parts):
        yield Law(f"{what}-opened-{part}", partial(opened, part), only_settled, opens=True)


_DOUBLED = {"profile": unchanged, "assume_role": only_settled, "allowed_account_ids": only_settled}
"""An account that is known may settle what its ID decides."""
TERRAFORM = (
    Law("tf-files-split", terraform_layout.split),
    Law("tf-files-joined", terraform_layout.joined),
    Law("tf-files-renamed", terraform_layout.renamed_files),
    Law("tf-arguments-reordered", terraform_layout.reordered_arguments),
    Law("tf-commented", terraform_layout.commented),
    Law("tf-carriage-returns", terraform_layout.carriage_returns),
    Law("tf-literals-into-locals", terraform_values.literals_into_locals),
    Law("tf-literals-into-variables", terraform_values.literals_into_variables),
    Law("tf-literals-through-module", terraform_values.literals_through_module),
    Law("tf-literals-through-functions", terraform_values.literals_through_functions),
    Law("tf-expressions-into-locals", terraform_values.expressions_into_locals),
    Law("tf-expressions-through-module", terraform_values.expressions_through_module),
    Law("tf-literals-into-nested-local", terraform_values.literals_into_nested_local),
    Law("tf-found-by-walking", terraform_inputs.found_by_walking),
    Law("tf-sources-respelled", terraform_inputs.sources_respelled),
    Law("tf-in-opentofu-files", terraform_inputs.in_opentofu_files),
    Law("tf-overridden", terraform_inputs.overridden),
    Law("tf-defaults-into-file", terraform_inputs.defaults_into_file),
    Law("tf-defaults-on-command-line", terraform_inputs.defaults_on_command_line),
    Law("tf-wrong-defaults-on-command-line", terraform_inputs.wrong_defaults_on_command_line),
    Law("tf-blocks-made-dynamic", terraform_inputs.blocks_made_dynamic),
    Law("tf-wrapped", terraform_modules.wrapped),
    Law("tf-wrapped-with-count", terraform_modules.wrapped_with_count),
    Law("tf-wrapped-with-for-each", terraform_modules.wrapped_with_for_each),
    Law("tf-wrapped-twice", terraform_modules.wrapped_twice),
    Law("tf-renamed", terraform_instances.renamed),
    Law("tf-locals-renamed", terraform_instances.renamed_values),
    Law("tf-count-of-one", terraform_instances.counted),
    Law("tf-for-each-of-one", terraform_instances.keyed),
    Law("tf-count-computed", terraform_instances.counted_by_a_list),
    Law("tf-in-json", terraform_json.in_json),
    Law("tf-half-in-json", terraform_json.half_in_json),
    Law("tf-other-half-in-json", terraform_json.other_half_in_json),
    Law("tf-inline-into-attached", terraform_policies.inline_into_attached),
    Law("tf-attached-into-inline", terraform_policies.attached_into_inline),
    Law("tf-attached-to-all-kinds", terraform_policies.attached_to_all_kinds),
    *(
        Law(f"tf-{how.__name__.replace('_', '-')}-{said_by.replace('_', '-')}", partial(how, said_by), relation)
        for how in (terraform_accounts.called_twice, terraform_accounts.written_twice)
        for said_by, relation in _DOUBLED.items()
    ),
    *(Law(f"tf-added-{what}", partial(terraform_additions.added, what)) for what in terraform_additions.ADDITIONS),
    *(
        Law(f"tf-added-{what}", partial(terraform_additions.stranger, what), newcomers=True)
        for what in terraform_additions.STRANGERS
    ),
    *(
        Law(
            f"tf-denied-in-the-other-{said_by.replace('_', '-')}",
            partial(terraform_accounts.denied_in_the_other, said_by),
            relation,
            newcomers=True,
        )
        for said_by, relation in _DOUBLED.items()
    ),
    *_opened("tf-literals", terraform_doubt.literals_opened, terraform_doubt.PARTS),
    Law("tf-literals-chosen", terraform_doubt.literals_chosen),
    Law("tf-expressions-chosen", terraform_doubt.expressions_chosen),
    Law("tf-names-from-one-random-value", terraform_doubt.names_from_one_random_value),
    Law("tf-copies-with-count-zero", partial(terraform_doubt.switched_off_copies, "count = 0\n")),
    Law("tf-copies-for-each-of-nothing", partial(terraform_doubt.switched_off_copies, "for_each = {}\n")),
    Law(
        "tf-copies-not-enabled",
        partial(terraform_doubt.switched_off_copies, "lifecycle {\n    enabled = false\n  }\n"),
    ),
    # Decoding takes a text that is known in full, so it may lose what was known in part.
    Law("tf-documents-decoded", terraform_documents.decoded_and_encoded, only_settled, opens=True),
    Law("tf-documents-through-data-source", terraform_documents.through_data_source),
    Law("tf-documents-through-override", terraform_documents.through_override),
    Law("tf-lists-reversed", terraform_documents.lists_reversed),
    Law("tf-single-values-into-lists", terraform_documents.single_values_into_lists),
    Law("tf-actions-in-capitals", terraform_documents.actions_in_capitals),
    Law("tf-partition-looked-up", terraform_documents.partition_looked_up),
    Law("tf-granted", terraform_policies.granted, never_less),
    Law("tf-denied", terraform_policies.denied_to_all, denied),
    Law("tf-denied-without-mfa", terraform_policies.denied_without_mfa, never_more),
    *_given("tf-variables", terraform_additions.given, 4),
)
TEMPLATES = (
    Law("cfn-in-json", template_forms.in_json),
    Law("cfn-written-again", template_forms.written_again),
    Law("cfn-in-long-form", template_forms.in_long_form),
    Law("cfn-in-short-form", template_forms.in_short_form),
    Law("cfn-in-flow-style", template_forms.in_flow_style),
    Law("cfn-reordered", template_forms.reordered),
    *(Law(f"cfn-added-{what}", partial(template_forms.added, what)) for what in template_forms.STRANGERS),
    Law("cfn-added-unused-names", template_forms.with_unused_parameter),
    Law("cfn-literals-into-parameters", template_values.literals_into_parameters),
    Law("cfn-literals-into-mapping", template_values.literals_into_mapping),
    Law("cfn-literals-through-functions", template_values.literals_through_functions),
    Law("cfn-found-by-walking", terraform_inputs.found_by_walking),
    Law("cfn-defaults-given", template_resources.defaults_given),
    Law("cfn-under-condition", template_values.resources_under_condition),
    Law("cfn-renamed", template_resources.renamed),
    Law("cfn-nested", template_resources.nested),
    Law("cfn-inline-into-managed", template_resources.inline_into_managed),
    Law("cfn-inline-into-separate", template_resources.inline_into_separate),
    Law("cfn-groups-into-additions", template_resources.groups_into_additions),
    *_opened("cfn-literals", template_doubt.literals_opened, template_doubt.PARTS),
    Law("cfn-literals-chosen", template_doubt.literals_chosen),
    Law("cfn-literals-found-in-map", template_doubt.literals_found_in_map),
    Law("cfn-lists-reversed", template_doubt.lists_reversed),
    Law("cfn-single-values-into-lists", template_doubt.single_values_into_lists),
    Law("cfn-partition-by-pseudo-parameter", template_doubt.partition_by_pseudo_parameter),
    Law("cfn-booleans-in-words", template_doubt.booleans_in_words),
    Law("cfn-numbers-in-octal", template_doubt.numbers_in_octal),
    Law("cfn-granted", template_resources.granted, never_less),
    Law("cfn-denied", template_resources.denied_to_all, denied),
    Law("cfn-denied-without-mfa", template_resources.denied_without_mfa, never_more),
    *_given("cfn-parameters", template_resources.valued, 3),
)
DOCUMENTS = (
    Law("json-keys-sorted", documents.keys_sorted),
    Law("json-resources-reversed", documents.resources_reversed),
)
INPUTS = (
    Law("account-given", terraform_accounts.settled_by_account, only_settled),
    Law("region-given", partial(terraform_accounts.settled_by_region, "eu-west-1"), only_settled),
    Law("another-region-given", partial(terraform_accounts.settled_by_region, "us-east-1"), only_settled),
)
"""They hold for every form."""
LAWS = (*TERRAFORM, *TEMPLATES, *DOCUMENTS, *INPUTS)


def laws_for(project: Project) -> tuple[Law, ...]:
    """The laws that may apply to a project."""
    if project.root == "cdk.out" or project.root.endswith(".tfstate") or project.name.startswith("plan/"):
        return (*DOCUMENTS, *INPUTS)
    return (*TEMPLATES, *DOCUMENTS, *INPUTS) if project.root in project.files else (*TERRAFORM, *INPUTS)
