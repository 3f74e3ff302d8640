// React and the router of Airflow's UI, which it shares with its plugins: a copy of our own could not see its context.
const { React, ReactRouterDOM } = globalThis;

export const h = React.createElement;
export const { Component, useCallback, useEffect, useId, useMemo, useRef, useState } = React;
export const { Link, useLocation, useNavigate } = ReactRouterDOM;
