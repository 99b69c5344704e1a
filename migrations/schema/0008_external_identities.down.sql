drop table identity.external_identity;
drop table identity.provider;
