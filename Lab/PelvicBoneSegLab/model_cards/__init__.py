"""The pages in docs/models, generated from the bundles that come with the product."""
