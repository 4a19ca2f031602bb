"""Rate limits: who is counted in which class of the contract, where the counts are kept, and the limit of each tenant."""
