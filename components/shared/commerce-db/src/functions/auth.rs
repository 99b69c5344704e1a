//! Identity: accounts, sessions, second factors. One set of functions serves staff and customers; [`AccountKind`](commerce_domain::AccountKind) tells whose
//! account is meant.
//!
//! Hashes are 64 lower-case hexadecimal digits. E-mails are trimmed and lower case, phones E.164, before they come here. What must be
//! recorded although it is refused (an attempt, a try) is answered instead of raised; the caller sees [`DbError::Refused`](crate::DbError)
//! either way.

mod codes;
mod external;
mod members;
mod password;
mod sessions;
mod shared;
mod sign_in;

pub use codes::{
    FirstFactor, NextChallenge, OTP_REQUEST, OTP_VERIFY, OtpPurpose, OtpRequestInput, OtpVerifyInput, RECOVERY_CODES,
    RecoveryCodesInput, SecondFactorAsked, TOTP_CONFIRM, TOTP_REMOVE, TotpConfirmInput,
};
pub use external::{
    ClientAuth, EXTERNAL_SIGN_IN, EXTERNAL_SYNC, EmailProof, ExternalOutcome, ExternalSignInInput, ExternalSyncInput,
    ExternalSynced, NewLink, NewPerson, OfferedProvider, PROVIDER, PROVIDERS, Provider, ProviderAttempt, ProviderFlow,
    ProviderInput, Providers, ProvidersInput, ResponseMode, SyncOutcome,
};
pub use members::{
    AccountStatus, CustomerChanged, END_SESSIONS_OF, EndSessionsOfInput, SESSIONS_OF, SET_CUSTOMER, SessionsOfInput,
    SetCustomerInput, WhichSessions,
};
pub use password::{
    CHANGE_PASSWORD, ChangePasswordInput, FORGOT, ForgotInput, PasswordChanged, PasswordReset, REGISTER, RESET,
    RegisterInput, ResetInput, VERIFY, Verified, VerifyInput, VerifyPurpose,
};
pub use sessions::{
    AccountPatch, END_SESSION, EndSessionInput, LOGOUT, LoggedOut, LogoutInput, ME, SESSIONS, SessionFacts, Sessions,
    SessionsEnded, UPDATE_ME, UpdateMeInput,
};
pub use shared::{
    Account, CartMerge, Channel, Client, CodeChallenge, Limits, LinkChallenge, NewMessage, NewSession, PasswordTraits,
    Policy, PresentedDevice, Rate, Rated, RoleFacts, SignedIn, TokenFacts,
};
pub use sign_in::{
    CHALLENGE, ChallengeInput, FAIL, FIND, FailInput, FindInput, Found, FoundAccount, MfaPolicy, MfaRule, REFRESH,
    RefreshChild, RefreshInput, Refreshed, SECOND_FACTOR, SIGN_IN, SecondFactorInput, SecondFactorOffered,
    SecondFactorUsed, SignInInput,
};
